"""Replaces `MacroFuzzEnvironment.compile`, so that forks find all SQL compiled to Python.

dbt itself remembers the code of macros only, once it has used them (`template_cache`); that of a
node it compiles anew in each build.
"""

from collections.abc import Callable, Iterable
from types import CodeType

from dbt.contracts.graph.manifest import Manifest
from dbt_common.clients.jinja import MacroFuzzEnvironment, get_environment, template_cache

from orchestration.lib.building.dbt_internals.macros import macros_in_use

_known: dict[str, CodeType] = {}
_compile: Callable[..., CodeType] = MacroFuzzEnvironment.compile


def compile_now(manifest: Manifest) -> None:
    """Compile what a build uses, so that this process and its forks find the code."""
    for macro in macros_in_use(manifest):
        template_cache.get_node_template(macro)
    _compile_nodes(node.raw_code for node in manifest.nodes.values())


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
