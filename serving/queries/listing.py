"""Pages of rows by keyset: each page starts after the last row of the one before."""

from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from psycopg import sql

from serving.queries.statements import Connection, Parameters, all_of, statement

Type = Literal[
    "text", "uuid", "timestamptz", "date", "double precision", "bigint", "integer", "numeric",
    "boolean", "jsonb", "bigint[]",
]  # fmt: skip
UNSORTABLE = frozenset({"jsonb", "bigint[]"})
Key = str | None
Statement = sql.SQL | sql.Composed
Rows = Callable[[Parameters], Statement]
Where = Callable[[Parameters], sql.Composable]

# Rows that are fetched, encoded and sent at a time: what an export holds in memory.
BATCH = 5_000


@dataclass(frozen=True)
class Column:
    """A column that may be asked for; `is_extra` ones are shown on request only."""

    type: Type
    is_nullable: bool = False
    is_extra: bool = False


@dataclass(frozen=True)
class Listing:
    """Rows that are given page by page; the columns of `key` make their every order total."""

    columns: Mapping[str, Column]
    key: tuple[str, ...]
    default_sort: str

    @property
    def sortable(self) -> list[str]:
        """The columns that have an order."""
        return [name for name, column in self.columns.items() if column.type not in UNSORTABLE]


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

    @property
    def types(self) -> dict[str, Type]:
        """The type of each column that is shown."""
        return {name: self.listing.columns[name].type for name in self.fields}


def rows_of(table: str, where: Where) -> Rows:
    """Give the rows of a mart that fit a condition."""

    def rows(parameters: Parameters) -> Statement:
        text = sql.SQL("select * from {} where {}")
        return text.format(sql.Identifier("marts", table), where(parameters))

    return rows


async def read_page(
    connection: Connection, page: Page, rows: Rows
) -> tuple[list[str], tuple[Key, ...] | None]:
    """Give the rows as JSON, and the last one's keys if there are more."""
    parameters = Parameters()
    query = _query(page, rows, parameters, page.limit + 1)
    cursor = await connection.execute(query, parameters)
    found = await cursor.fetchall()
    last = tuple(found[page.limit - 1][1]) if len(found) > page.limit else None
    return [row[0] for row in found[: page.limit]], last


async def read_batches(
    connection: Connection, page: Page, rows: Rows
) -> AsyncGenerator[list[str], None]:
    """Give all rows as JSON, a batch at a time; to be called within a transaction."""
    parameters = Parameters()
    query = _query(page, rows, parameters, None)
    async with connection.cursor(name="export") as cursor:
        await cursor.execute(query, parameters)
        while batch := await cursor.fetchmany(BATCH):
            yield [row[0] for row in batch]


async def count_rows(connection: Connection, rows: Rows) -> int:
    """Count the rows of all pages."""
    parameters = Parameters()
    query = sql.SQL("select count(*) from ({}) as page").format(rows(parameters))
    row = await (await connection.execute(query, parameters)).fetchone()
    return int(row[0]) if row else 0


def _query(page: Page, rows: Rows, parameters: Parameters, limit: int | None) -> Statement:
    after = [] if page.after is None else [_after(page, page.after, parameters)]
    return statement("page").format(
        keys=sql.SQL(", ").join(
            sql.SQL("{}::text").format(_column(order)) for order in page.orders
        ),
        rows=rows(parameters),
        conditions=all_of(after),
        orders=sql.SQL(", ").join(_order(page.listing, order) for order in page.orders),
        limit=parameters.bind(limit),
        fields=sql.SQL(", ").join(map(sql.Identifier, page.fields)),
    )


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
