"""Paging, order and fields of a list, read from the query string."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

from fastapi import Depends, Query, Request

from serving.answering.cursors import Cursor, decode
from serving.answering.formats import plain_path
from serving.errors import invalid, unknown
from serving.numbers import PlainNumber
from serving.parameters import canonical_query
from serving.queries.listing import Listing, Order, Page

# Another page size, other fields or a count do not change where a page ends.
NOT_OF_THE_PLACE = frozenset({"cursor", "limit", "fields", "count"})
DEFAULT_LIMIT = 100


@dataclass(frozen=True)
class PageRequest:
    """A page as it was asked for; a whole one has neither beginning nor end."""

    page: Page
    cursor: Cursor | None
    place: str
    wants_count: bool
    is_whole: bool

    def clock(self, as_of: datetime | None) -> datetime | None:
        """Give the data clock that the first page had: while data loads, it moves."""
        return self.cursor.clock if self.cursor else as_of


@dataclass(frozen=True)
class ListQuery:
    """What is said of a list in the query string, before it is known what the list holds."""

    place: str
    limit: int | None
    cursor: str | None
    sort: str | None
    fields: str | None
    wants_count: bool

    def of(self, listing: Listing) -> PageRequest:
        """Give the page of `listing` that is asked for; raises a 422 for what it has not."""
        orders = _orders(listing, self.sort or listing.default_sort)
        found = decode(self.cursor, self.place, listing, orders) if self.cursor else None
        after = found.keys if found else None
        limit = self.limit or DEFAULT_LIMIT
        page = Page(listing, _fields(listing, self.fields), orders, limit, after)
        is_whole = self.limit is None and self.cursor is None
        return PageRequest(page, found, self.place, self.wants_count, is_whole)


def listed(
    sortable: Collection[str],
    columns: Collection[str],
    default_sort: str,
    *,
    sort_example: str,
    fields_example: str,
) -> Callable[..., Awaitable[ListQuery]]:
    """Give the dependency that reads what is said of a list; the names are for its description."""

    async def read_list_query(
        request: Request,
        limit: Annotated[
            int | None,
            Query(
                ge=1,
                le=1000,
                description=f"Most rows of a page, {DEFAULT_LIMIT} if not given. "
                "CSV, NDJSON and Parquet hold all rows if it is not given.",
                examples=[20],
            ),
            PlainNumber,
        ] = None,
        cursor: Annotated[
            str | None, Query(description="Where to go on: `next` of the page before.")
        ] = None,
        sort: Annotated[
            str | None,
            Query(
                description="Columns in order of weight, - for descending; nulls come last. "
                f"Of: {', '.join(sortable)}. If not given: {default_sort}.",
                examples=[sort_example],
            ),
        ] = None,
        fields: Annotated[
            str | None,
            Query(
                description=f"Columns to show, by comma. Of: {', '.join(columns)}.",
                examples=[fields_example],
            ),
        ] = None,
        count: Annotated[
            Literal["exact"] | None, Query(description="Adds the number of rows of all pages.")
        ] = None,
    ) -> ListQuery:
        place = f"{plain_path(request)}?{canonical_query(request, NOT_OF_THE_PLACE)}"
        return ListQuery(place, limit, cursor, sort, fields, count is not None)

    return read_list_query


def page_of(listing: Listing) -> Callable[..., Awaitable[PageRequest]]:
    """Give the dependency that reads a page of `listing`."""
    read_list_query = listed(
        listing.sortable,
        tuple(listing.columns),
        listing.default_sort,
        sort_example=listing.default_sort,
        fields_example=",".join(list(listing.columns)[:3]),
    )

    async def read_page_request(
        query: Annotated[ListQuery, Depends(read_list_query)],
    ) -> PageRequest:
        return query.of(listing)

    return read_page_request


def _names(parameter: str, text: str, known: Collection[str]) -> list[str]:
    """Give the names of a list by comma, in order, each once and each known."""
    names = list(dict.fromkeys(name.strip() for name in text.split(",")))
    for name in names:
        if name.removeprefix("-" if parameter == "sort" else "") not in known:
            raise unknown(parameter, name.removeprefix("-"), known)
    return names


def _fields(listing: Listing, text: str | None) -> tuple[str, ...]:
    if text is None:
        return tuple(name for name, column in listing.columns.items() if not column.is_extra)
    return tuple(_names("fields", text, listing.columns))


def _orders(listing: Listing, text: str) -> tuple[Order, ...]:
    """Give the order, completed by the key, so that no two rows are equal."""
    sortable = listing.sortable
    asked = {name.strip().removeprefix("-") for name in text.split(",")}
    if unordered := sorted(asked & (listing.columns.keys() - {*sortable})):
        detail = f"{', '.join(unordered)} cannot be sorted by; these can: {', '.join(sortable)}."
        raise invalid("sort", detail)
    names = _names("sort", text, sortable)
    orders = [Order(name.removeprefix("-"), name.startswith("-")) for name in names]
    columns = [order.column for order in orders]
    if len(set(columns)) < len(columns):
        raise invalid("sort", "sort names a column twice.")
    missing = [name for name in listing.key if name not in columns]
    if missing:
        return (*orders, *(Order(name, orders[-1].is_descending) for name in missing))
    # Behind the last column of the key nothing is left to decide.
    return tuple(orders[: max(columns.index(name) for name in listing.key) + 1])
