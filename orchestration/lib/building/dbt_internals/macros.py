"""Reaches into `Manifest`, so that a build wraps the macros that it uses, not dbt's hundreds."""

from collections.abc import Iterable

import dbt.adapters.base.impl
import dbt.adapters.postgres.impl
import dbt.adapters.sql.impl
from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import Macro

# What dbt's Python calls by name, as its modules list it. How a node is made it finds by name, too.
CALLED_BY_NAME = frozenset(
    value.removeprefix("postgres__")
    for module in (dbt.adapters.base.impl, dbt.adapters.sql.impl, dbt.adapters.postgres.impl)
    for name, value in vars(module).items()
    if name.endswith("_MACRO_NAME")
)
OF_ADAPTERS = ("default", "postgres")


def with_macros_in_use(manifest: Manifest) -> Manifest:
    """Give the same manifest with those macros only: dbt wraps all that it has, twice a node."""
    slim = object.__new__(Manifest)
    vars(slim).update(vars(manifest))  # copy() would have it looked up and linked anew
    slim.macros = {macro.unique_id: macro for macro in macros_in_use(manifest)}
    slim._macros_by_name = slim._macros_by_package = None
    return slim


def macros_in_use(manifest: Manifest) -> list[Macro]:
    """Give the project's macros, and those of dbt that its builds call."""
    project = manifest.metadata.project_name
    kinds = {node.get_materialization() for node in manifest.nodes.values()}
    called = CALLED_BY_NAME | {
        f"materialization_{kind}_{of}" for kind in kinds for of in OF_ADAPTERS
    }
    waiting = [
        macro
        for macro in manifest.macros.values()
        if macro.package_name == project or macro.name.removeprefix("postgres__") in called
    ]
    waiting += _macros(
        manifest, [name for node in manifest.nodes.values() for name in node.depends_on.macros]
    )
    found: dict[str, Macro] = {}
    while waiting:
        macro = waiting.pop()
        if macro.unique_id not in found:
            found[macro.unique_id] = macro
            waiting += _macros(manifest, macro.depends_on.macros)
    return list(found.values())


def _macros(manifest: Manifest, names: Iterable[str]) -> list[Macro]:
    return [manifest.macros[name] for name in names if name in manifest.macros]
