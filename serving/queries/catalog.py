"""What there is in `marts`, as the database itself tells it: tables, columns, descriptions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from psycopg.rows import dict_row

from serving.queries.listing import Column, Listing, Type
from serving.queries.statements import Connection, statement

# Views on the ledger: they change between data versions.
LIVE = frozenset({"fct_loads", "fct_rejected_rows", "ledger", "quality_loads"})
TYPES: dict[str, Type] = {name: name for name in get_args(Type)} | {
    "timestamp with time zone": "timestamptz",
    "smallint": "integer",
    "real": "double precision",
    "character varying": "text",
}
# What is told of a mart.
CATALOG: dict[str, Type] = {
    "name": "text",
    "kind": "text",
    "description": "text",
    "grain": "jsonb",
    "rows_estimate": "bigint",
    "columns": "jsonb",
    "tests": "jsonb",
}
GRAIN = re.compile(r"\bGrain: ([a-z_]+(?:, [a-z_]+)*)\.")
# The first of these that a mart has is the time of its rows.
TIMES = (
    "bucket_start", "event_at", "entry_at", "exit_at", "started_at", "published_at",
    "last_event_at",
)  # fmt: skip
UNITS = {
    "_seconds": "seconds",
    "_minutes": "minutes",
    "_hours": "hours",
    "_rate": "share of 1",
    "_share": "share of 1",
    "bytes": "bytes",
}


@dataclass(frozen=True)
class MartColumn:
    """A column; the unit is told by the end of its name."""

    name: str
    type: str
    is_nullable: bool
    description: str | None

    @property
    def unit(self) -> str | None:
        """What its numbers count, None for ids, texts and plain counts."""
        if TYPES.get(self.type) == "timestamptz":
            return "instant"
        return next((unit for end, unit in UNITS.items() if self.name.endswith(end)), None)


@dataclass(frozen=True)
class Mart:
    """A table or a view, and what its tests said of the version that is published.

    `rows_estimate` is what the planner believes, None where it knows not.
    """

    name: str
    kind: Literal["table", "view"]
    description: str | None
    rows_estimate: int | None
    columns: tuple[MartColumn, ...]
    tests: tuple[Mapping[str, object], ...]

    @property
    def grain(self) -> tuple[str, ...]:
        """The columns that tell its rows apart; all of them where nothing says which."""
        return self._known_key or tuple(column.name for column in self.columns)

    @property
    def listing(self) -> Listing:
        """The rows, page by page; a type that has no order here is shown as JSON shows it."""
        columns = {
            one.name: Column(TYPES.get(one.type, "jsonb"), self._may_be_null(one))
            for one in self.columns
        }
        sortable = Listing(columns, (), "").sortable
        key = tuple(name for name in self.grain if name in sortable)
        # Facts have an index on their time, by which whoever reads all of them goes.
        times = [name for name in TIMES if name in columns and columns[key[0]].type == "uuid"]
        return Listing(columns, key, ",".join([*times[:1], *key]))

    @property
    def _known_key(self) -> tuple[str, ...]:
        grain = GRAIN.search(self.description or "")
        key = tuple(grain[1].split(", ")) if grain else ()
        return key if {*key} <= {column.name for column in self.columns} else ()

    def _may_be_null(self, column: MartColumn) -> bool:
        # The database knows of no key, but the tests of the marts do: it holds no null.
        return column.is_nullable and column.name not in self._known_key


async def read_catalog(connection: Connection) -> dict[str, Mart]:
    """Give every mart that the API may read, by name."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(statement("catalog"))
        return {row["name"]: _mart(row) for row in await cursor.fetchall()}


def _mart(row: Mapping[str, object]) -> Mart:
    columns = row["columns"]
    assert isinstance(columns, list)
    return Mart(**{**row, "columns": tuple(MartColumn(**column) for column in columns)})  # type: ignore[arg-type]
