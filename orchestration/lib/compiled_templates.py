"""The SQL of models, tests and macros, compiled to Python before it is needed.

dbt remembers the code of macros only, once it has used them; that of a node it compiles anew in
each build.
"""

from collections.abc import Callable, Iterable
from types import CodeType

from dbt.contracts.graph.manifest import Manifest
from dbt.contracts.graph.nodes import Macro
from dbt_common.clients.jinja import MacroFuzzEnvironment, get_environment, template_cache

# What dbt itself asks of Postgres before the first node, and how it runs tests.
ASKED_BY_DBT = frozenset(
    {
        "list_schemas", "list_relations_without_caching", "get_relations",
        "materialization_test_default",
    }
)  # fmt: skip

_known: dict[str, CodeType] = {}
_compile: Callable[..., CodeType] = MacroFuzzEnvironment.compile


def compile_now(manifest: Manifest) -> None:
    """Compile what a build uses, so that this process and its forks find the code."""
    for macro in macros_in_use(manifest):
        template_cache.get_node_template(macro)
    _compile_nodes(node.raw_code for node in manifest.nodes.values())


def macros_in_use(manifest: Manifest) -> list[Macro]:
    """Give the project's macros, and those of dbt that its builds call."""
    project = manifest.metadata.project_name
    waiting = [
        macro
        for macro in manifest.macros.values()
        if macro.package_name == project or macro.name.removeprefix("postgres__") in ASKED_BY_DBT
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


def _compile_nodes(sources: Iterable[str]) -> None:
    environment = get_environment()
    for source in sources:
        if source not in _known:
            _known[source] = _compile(environment, source)
    MacroFuzzEnvironment.compile = _found_or_compiled


def _found_or_compiled(
    environment: MacroFuzzEnvironment, source: object, *more: object, **rest: object
) -> CodeType:
    """Give the code that is known; a kind of template with code of its own has none here."""
    is_plain = type(environment) is MacroFuzzEnvironment and not more and not rest
    known = _known.get(source) if is_plain and isinstance(source, str) else None
    return known or _compile(environment, source, *more, **rest)
