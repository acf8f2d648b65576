"""The SQL of models and tests, compiled to Python before it is needed.

dbt remembers the code of macros only; that of a node it compiles anew in each build.
"""

from collections.abc import Callable, Iterable
from types import CodeType

from dbt_common.clients.jinja import MacroFuzzEnvironment, get_environment

_known: dict[str, CodeType] = {}
_compile: Callable[..., CodeType] = MacroFuzzEnvironment.compile


def compile_now(sources: Iterable[str]) -> None:
    """Compile the sources, so that the builds of this process and of its forks find their code."""
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
