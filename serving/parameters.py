"""What holds for every query string: known names, no empty or impossible values, one canon."""

from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import cast
from urllib.parse import urlencode

from fastapi import FastAPI, Request

from serving.errors import escaped_path, invalid, unknown_parameters

# Columns and rows follow the order of its values.
ORDERED = frozenset({"group_by"})


@lru_cache(maxsize=256)
def _documented(app: FastAPI, operation_id: str) -> dict[str, bool]:
    """Give the names that an operation documents, and whether each may be repeated.

    The OpenAPI document is the source, so that nothing is accepted that is not written down.
    """
    operations = [
        operation for path in app.openapi()["paths"].values() for operation in path.values()
    ]
    return {
        parameter["name"]: parameter["schema"].get("type") == "array"
        for operation in operations
        if operation["operationId"] == operation_id
        for parameter in operation.get("parameters", [])
        if parameter["in"] == "query"
    }


async def check_parameters(request: Request) -> None:
    """Refuse names that the route does not document, and values that mean nothing."""
    known = _documented(cast("FastAPI", request.app), request.scope["endpoint"].__name__)
    pairs = request.query_params.multi_items()
    if wrong := sorted({name for name, _ in pairs if name not in known}):
        raise unknown_parameters(wrong, known, escaped_path(request))
    for name, count in Counter(name for name, _ in pairs).items():
        if count > 1 and not known[name]:
            raise invalid(name, f"{name} is given {count} times; give it once.")
    for name, value in pairs:
        if not value.strip() or "\x00" in value:
            raise invalid(name, f"{name} has no usable value; give one or leave it out.")


def canonical_query(request: Request, without: frozenset[str] = frozenset()) -> str:
    """Give the query string in one spelling, whatever the order it was asked in."""
    pairs = [pair for pair in request.query_params.multi_items() if pair[0] not in without]
    return urlencode(list(dict.fromkeys(in_one_order(pairs))))


def in_one_order(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Order parameters by name and value; what has an order that matters stays in it."""
    return sorted(pairs, key=lambda pair: (pair[0], "" if pair[0] in ORDERED else pair[1]))
