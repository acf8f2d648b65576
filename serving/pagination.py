"""Paging, order and fields of a list, read from the query string."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from fastapi import Query, Request

from serving.cursors import Cursor, decode
from serving.errors import invalid, unknown
from serving.parameters import canonical_query
from serving.queries.listing import Listing, Order, Page

# Another page size, other fields or a count do not change where a page ends.
NOT_OF_THE_PLACE = frozenset({"cursor", "limit", "fields", "count"})


@dataclass(frozen=True)
class PageRequest:
    """A page as it was asked for."""

    page: Page
    cursor: Cursor | None
    place: str
    wants_count: bool

    def clock(self, as_of: datetime | None) -> datetime | None:
        """Give the data clock that the first page had: while data loads, it moves."""
        return self.cursor.clock if self.cursor else as_of


def page_of(listing: Listing) -> Callable[..., PageRequest]:
    """Give the dependency that reads a page of `listing`."""

    def read_page_request(
        request: Request,
        limit: Annotated[int, Query(ge=1, le=1000, description="Most rows of a page.")] = 100,
        cursor: Annotated[
            str | None, Query(description="Where to go on: `next` of the page before.")
        ] = None,
        sort: Annotated[
            str,
            Query(
                description="Columns in order of weight, - for descending; nulls come last. "
                f"Of: {', '.join(listing.sortable)}."
            ),
        ] = listing.default_sort,
        fields: Annotated[
            str | None,
            Query(description=f"Columns to show, by comma. Of: {', '.join(listing.columns)}."),
        ] = None,
        count: Annotated[
            Literal["exact"] | None, Query(description="Adds the number of rows of all pages.")
        ] = None,
    ) -> PageRequest:
        orders = _orders(listing, sort)
        place = f"{request.url.path}?{canonical_query(request, NOT_OF_THE_PLACE)}"
        found = decode(cursor, place, listing, orders) if cursor else None
        page = Page(listing, _fields(listing, fields), orders, limit, found.keys if found else None)
        return PageRequest(page, found, place, count is not None)

    return read_page_request


def _names(parameter: str, text: str, known: list[str]) -> list[str]:
    """Give the names of a list by comma, in order, each once and each known."""
    names = list(dict.fromkeys(name.strip() for name in text.split(",")))
    for name in names:
        if name.removeprefix("-" if parameter == "sort" else "") not in known:
            raise unknown(parameter, name.lstrip("-"), known)
    return names


def _fields(listing: Listing, text: str | None) -> tuple[str, ...]:
    if text is None:
        return tuple(name for name, column in listing.columns.items() if not column.is_extra)
    return tuple(_names("fields", text, list(listing.columns)))


def _orders(listing: Listing, text: str) -> tuple[Order, ...]:
    """Give the order, completed by the key, so that no two rows are equal."""
    names = _names("sort", text, listing.sortable)
    orders = [Order(name.removeprefix("-"), name.startswith("-")) for name in names]
    columns = [order.column for order in orders]
    if len(set(columns)) < len(columns):
        raise invalid("sort", "sort names a column twice.")
    if listing.key in columns:
        # Behind a unique column nothing is left to decide.
        return tuple(orders[: columns.index(listing.key) + 1])
    return (*orders, Order(listing.key, orders[-1].is_descending))
