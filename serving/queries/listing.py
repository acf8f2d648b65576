"""Pages of a table by keyset: each page starts after the last row of the one before."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from psycopg import sql

from serving.queries.statements import Connection, Parameters, all_of, statement

Type = Literal["text", "uuid", "timestamptz", "double precision", "bigint", "boolean", "jsonb"]
Key = str | None


@dataclass(frozen=True)
class Column:
    """A column that may be asked for; `is_extra` ones are shown on request only."""

    type: Type
    is_nullable: bool = False
    is_extra: bool = False


@dataclass(frozen=True)
class Listing:
    """A table that is given page by page; `key` makes its every order total."""

    table: sql.Identifier
    columns: Mapping[str, Column]
    key: str
    default_sort: str

    @property
    def sortable(self) -> list[str]:
        """The columns that have an order."""
        return [name for name, column in self.columns.items() if column.type != "jsonb"]


@dataclass(frozen=True)
class Order:
    """One column of an order; nulls come last, up or down."""

    column: str
    is_descending: bool = False


@dataclass(frozen=True)
class Page:
    """What is asked of a listing: `after` holds the last row's keys, in the order of `orders`."""

    listing: Listing
    fields: tuple[str, ...]
    orders: tuple[Order, ...]
    limit: int
    after: tuple[Key, ...] | None = None


Where = Callable[[Parameters], sql.Composable]


async def read_page(
    connection: Connection, page: Page, where: Where
) -> tuple[list[str], tuple[Key, ...] | None]:
    """Give the rows as JSON, and the last one's keys if there are more."""
    parameters = Parameters()
    conditions = [where(parameters)]
    if page.after is not None:
        conditions.append(_after(page, page.after, parameters))
    query = statement("page").format(
        keys=sql.SQL(", ").join(
            sql.SQL("{}::text").format(_column(order)) for order in page.orders
        ),
        table=page.listing.table,
        conditions=all_of(conditions),
        orders=sql.SQL(", ").join(_order(page.listing, order) for order in page.orders),
        limit=parameters.bind(page.limit + 1),
        fields=sql.SQL(", ").join(map(sql.Identifier, page.fields)),
    )
    cursor = await connection.execute(query, parameters)
    rows = await cursor.fetchall()
    last = tuple(rows[page.limit - 1][1]) if len(rows) > page.limit else None
    return [row[0] for row in rows[: page.limit]], last


async def count_rows(connection: Connection, listing: Listing, where: Where) -> int:
    """Count the rows of all pages."""
    parameters = Parameters()
    query = sql.SQL("select count(*) from {} where {}").format(listing.table, where(parameters))
    row = await (await connection.execute(query, parameters)).fetchone()
    return int(row[0]) if row else 0


def _order(listing: Listing, order: Order) -> sql.Composable:
    direction = sql.SQL(" desc") if order.is_descending else sql.SQL("")
    nulls = listing.columns[order.column].is_nullable
    last = sql.SQL(" nulls last") if nulls and order.is_descending else sql.SQL("")
    return _column(order) + direction + last


def _column(order: Order) -> sql.Identifier:
    return sql.Identifier("page", order.column)


def _after(page: Page, keys: tuple[Key, ...], parameters: Parameters) -> sql.Composable:
    """Give the condition "beyond these keys": the first column decides, ties go to the next."""
    beyond: sql.Composable = sql.SQL("false")
    for order, key in reversed(list(zip(page.orders, keys, strict=True))):
        beyond = _beyond(page.listing, order, key, beyond, parameters)
    return beyond


def _beyond(
    listing: Listing, order: Order, key: Key, ties: sql.Composable, parameters: Parameters
) -> sql.Composable:
    column, kind = _column(order), listing.columns[order.column]
    if key is None:  # nulls come last: beyond a null there are only its ties
        return sql.SQL("({} is null and {})").format(column, ties)
    value = sql.SQL("{}::{}").format(parameters.bind(key), sql.SQL(kind.type))
    sign = sql.SQL("<" if order.is_descending else ">")
    if kind.is_nullable:
        text = sql.SQL("({0} {1} {2} or {0} is null or ({0} = {2} and {3}))")
    else:
        # The redundant bound lets an index find the place, however deep the page.
        text = sql.SQL("({0} {1}= {2} and ({0} {1} {2} or {3}))")
    return text.format(column, sign, value, ties)
