"""Parts of dbt that the pipeline replaces or fills: a version that has moved one says so here.

An assignment to a name that dbt no longer looks at would do nothing, and say nothing.
"""

from importlib import import_module

import pytest

PARTS = [
    ("dbt.adapters.postgres.connections.PostgresConnectionManager", "release"),
    ("dbt.contracts.graph.manifest.Manifest", "_macros_by_name"),
    ("dbt.contracts.graph.manifest.Manifest", "_macros_by_package"),
    ("dbt_common.behavior_flags.BehaviorFlagRendered", "_default_source"),
    ("dbt_common.clients.jinja.MacroFuzzEnvironment", "compile"),
    ("dbt_common.events.base_types.BaseEvent", "__getattr__"),
    ("dbt_common.events.event_manager.EventManager", "fire_event"),
]


@pytest.mark.parametrize(("holder", "name"), PARTS)
def test_dbt_has_what_is_replaced(holder: str, name: str) -> None:
    module, _, class_name = holder.rpartition(".")
    assert hasattr(getattr(import_module(module), class_name), name)
