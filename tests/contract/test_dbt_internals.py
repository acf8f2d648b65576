"""Parts of dbt that the pipeline replaces or reaches for: one that dbt has moved fails here.

An assignment to a name that dbt no longer looks at would do nothing, and say nothing.
"""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import orchestration.lib.building.dbt_internals as dbt_internals

CONNECTIONS = "dbt.adapters.postgres.connections.PostgresConnectionManager"
REPLACED = {
    f"{CONNECTIONS}._should_skip_transaction_statements",
    f"{CONNECTIONS}.open",
    f"{CONNECTIONS}.release",
    "dbt.task.runnable.GraphRunnableTask.call_runner",
    "dbt_common.behavior_flags.BehaviorFlagRendered._default_source",
    "dbt_common.clients.jinja.MacroFuzzEnvironment.compile",
    "dbt_common.events.base_types.DebugLevel.__getattr__",
    "dbt_common.events.base_types.DebugLevel.__init__",
    "dbt_common.events.event_manager.EventManager.fire_event",
}
SET_OR_READ = {
    "dbt.contracts.graph.manifest.Manifest._macros_by_name",
    "dbt.contracts.graph.manifest.Manifest._macros_by_package",
    "dbt.contracts.graph.manifest.Manifest.macros",
    "dbt.contracts.graph.nodes.ModelNode.database",
    "dbt.contracts.graph.nodes.ModelNode.raw_code",
    "dbt.contracts.graph.nodes.ModelNode.relation_name",
    "dbt.contracts.graph.nodes.ModelNode.schema",
}


@pytest.mark.parametrize("part", sorted(REPLACED | SET_OR_READ))
def test_dbt_has_the_part(part: str) -> None:
    holder, _, name = part.rpartition(".")
    module, _, class_name = holder.rpartition(".")
    found = getattr(import_module(module), class_name)
    assert hasattr(found, name) or name in getattr(found, "__dataclass_fields__", ())


def test_all_that_is_replaced_is_named_here() -> None:
    modules = Path(dbt_internals.__path__[0]).glob("*.py")
    assert {part for module in modules for part in replaced_in(module)} == REPLACED


def replaced_in(module: Path) -> Iterator[str]:
    """Give each attribute of a class of dbt that the source of a module assigns to."""
    nodes = list(ast.walk(ast.parse(module.read_text(encoding="utf-8"))))
    homes = {
        alias.name: node.module
        for node in nodes
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("dbt")
        for alias in node.names
    }
    targets = [target for node in nodes if isinstance(node, ast.Assign) for target in node.targets]
    for target in targets:
        if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
            name = target.value.id
            if name in homes:
                yield f"{homes[name]}.{name}.{target.attr}"
