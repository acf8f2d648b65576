"""Which documented route a path belongs to, and whether its answers may be kept."""

from dataclasses import dataclass
from functools import lru_cache
from re import Pattern

from fastapi import FastAPI
from starlette.routing import compile_path

from serving.any_text import PERSON_ID

LONGEST_REMEMBERED = 256


@dataclass(frozen=True, slots=True)
class DocumentedRoute:
    """A path of the OpenAPI document; answers with a 304 are about a data version, so they keep."""

    path: str
    is_kept: bool


class DocumentedRoutes:
    """Finds routes by path. The document is the source, so that it cannot be wrong about them."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._compiled: list[tuple[Pattern[str], DocumentedRoute]] = []
        self._remembered = lru_cache(maxsize=4096)(self._find)

    def of(self, path: str) -> DocumentedRoute | None:
        """Give the route of a path, with or without the suffix of a format; None if there is none.

        Long paths, which only their sender repeats, are not remembered.
        """
        return self._remembered(path) if len(path) <= LONGEST_REMEMBERED else self._find(path)

    def _find(self, path: str) -> DocumentedRoute | None:
        if not self._compiled:
            self._compiled = [
                (
                    # The document has no way to tell that an id is any text.
                    compile_path(template.replace("{person_id}", PERSON_ID))[0],
                    DocumentedRoute(template, _is_kept(operations)),
                )
                for template, operations in self._app.openapi()["paths"].items()
            ]
        for form in (path, path.rpartition(".")[0]):
            for pattern, route in self._compiled:
                if pattern.match(form):
                    return route
        return None


def _is_kept(operations: dict[str, dict[str, dict[str, object]]]) -> bool:
    return "304" in operations.get("get", {}).get("responses", {})
