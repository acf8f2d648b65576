"""Pages of rows by keyset: each page starts after the last row of the one before."""

from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from psycopg import sql

from serving.queries.published import Version
from serving.queries.statements import Connection, Parameters, all_of, composed, statement

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
KEY = sql.SQL("(array_agg({}))[count(*) - 1]::text")


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
    def types(self) -> dict[str, Type]:
        """The type of each column."""
        return {name: column.type for name, column in self.columns.items()}

    @property
    def sortable(self) -> list[str]:
        """The columns that have an order."""
        return [name for name, column in self.columns.items() if column.type not in UNSORTABLE]


@dataclass(frozen=True)
class Found:
    """A page's rows as JSON, one a line; the last one's keys, if there are more; their version."""

    items: str
    last: tuple[Key, ...] | None
    version: Version | None

    @property
    def texts(self) -> list[str]:
        """The rows one by one: in JSON, a line break within a text is escaped."""
        return self.items.split("\n") if self.items else []

    @property
    def count(self) -> int:
        """The number of rows."""
        return self.items.count("\n") + 1 if self.items else 0

    @property
    def array(self) -> bytes:
        """The rows as one JSON array."""
        return b"[%s]" % self.items.replace("\n", ",").encode()


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


async def read_page(connection: Connection, page: Page, rows: Rows) -> Found:
    """Give a page, and the version that it is of: one statement, so that both are of one state."""
    parameters = Parameters()
    query = statement("page").format(
        keys=_keys(page.orders),
        limit=parameters.bind(page.limit),
        latest_version=statement("latest_version"),
        **_parts(page, rows, parameters),
    )
    row = await (await connection.execute(query, parameters)).fetchone()
    assert row is not None  # an aggregate is one row, whatever there is
    items, keys, number, *about = row
    version = None if number is None else Version(number, *about)
    if keys:
        items = items.rpartition("\n")[0]
    return Found(items or "", tuple(keys) if keys else None, version)


async def read_batches(
    connection: Connection, page: Page, rows: Rows
) -> AsyncGenerator[list[str], None]:
    """Give all rows as JSON, a batch at a time; to be called within a transaction."""
    parameters = Parameters()
    query = statement("rows").format(**_parts(page, rows, parameters))
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


def _parts(page: Page, rows: Rows, parameters: Parameters) -> dict[str, sql.Composable]:
    after = [] if page.after is None else [_after(page, page.after, parameters)]
    nullable = frozenset(name for name, one in page.listing.columns.items() if one.is_nullable)
    return {
        "rows": rows(parameters),
        "conditions": all_of(after),
        "orders": _orders(page.orders, nullable),
        "fields": _fields(page.fields),
    }


# Names are composed once for all pages alike: to do so costs as much as the rest of a statement.


@lru_cache(maxsize=1024)
def _fields(names: tuple[str, ...]) -> sql.Composable:
    return composed(sql.SQL(", ").join(map(sql.Identifier, names)))


@lru_cache(maxsize=1024)
def _keys(orders: tuple[Order, ...]) -> sql.Composable:
    return composed(sql.SQL(", ").join(KEY.format(_column(order)) for order in orders))


@lru_cache(maxsize=1024)
def _orders(orders: tuple[Order, ...], nullable: frozenset[str]) -> sql.Composable:
    return composed(
        sql.SQL(", ").join(_order(order, is_nullable=order.column in nullable) for order in orders)
    )


def _order(order: Order, *, is_nullable: bool) -> sql.Composable:
    direction = sql.SQL(" desc") if order.is_descending else sql.SQL("")
    last = sql.SQL(" nulls last") if is_nullable and order.is_descending else sql.SQL("")
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
