"""The ledger of loads and their rejected rows: live views, ahead of any data version."""

from dataclasses import dataclass
from datetime import datetime

from psycopg import sql
from psycopg.rows import class_row, dict_row

from serving.choices import LoadStatus
from serving.queries.conditions import any_of_column
from serving.queries.listing import Column, Listing, Rows, rows_of
from serving.queries.statements import Connection, Parameters, all_of, statement

LOADS = Listing(
    columns={
        "load_id": Column("bigint"),
        "file_name": Column("text"),
        "sha256": Column("text"),
        "bytes": Column("bigint"),
        "source": Column("text"),
        "status": Column("text"),
        "percent": Column("bigint"),
        "bytes_read": Column("bigint"),
        "rows_read": Column("bigint"),
        "rows_loaded": Column("bigint"),
        "rows_rejected": Column("bigint"),
        "rows_per_second": Column("double precision", is_nullable=True),
        "reason_code": Column("text", is_nullable=True),
        "reason": Column("text", is_nullable=True),
        "started_at": Column("timestamptz"),
        "finished_at": Column("timestamptz", is_nullable=True),
        "run_id": Column("text", is_nullable=True),
        "stored_as": Column("text", is_nullable=True),
        "validation": Column("jsonb", is_nullable=True, is_extra=True),
    },
    key=("load_id",),
    default_sort="-load_id",
)

REJECTIONS = Listing(
    columns={
        "load_id": Column("bigint"),
        "line_number": Column("bigint"),
        "column_name": Column("text", is_nullable=True),
        "value": Column("text", is_nullable=True),
        "reason_code": Column("text"),
        "raw_line": Column("text"),
        "expectation": Column("text"),
    },
    key=("line_number",),
    default_sort="line_number",
)


@dataclass(frozen=True, slots=True)
class ContentLoad:
    """The load that a content came to."""

    load_id: int
    status: LoadStatus
    file_name: str
    bytes: int
    started_at: datetime


def rejections_of(load_id: int) -> Rows:
    """Give the rejected rows of one load."""

    def conditions(parameters: Parameters) -> sql.Composable:
        return sql.SQL("load_id = {}").format(parameters.bind(load_id))

    return rows_of("fct_rejected_rows", conditions)


def loads_with(statuses: tuple[str, ...]) -> Rows:
    """Give the loads of some statuses, all where none is named."""

    def conditions(parameters: Parameters) -> sql.Composable:
        return all_of(any_of_column("status", statuses, parameters))

    return rows_of("ledger", conditions)


async def read_load(connection: Connection, load_id: int) -> dict[str, object] | None:
    """Give a load with everything that is known of it; None if there is none."""
    columns = sql.SQL(", ").join(map(sql.Identifier, LOADS.columns))
    query = sql.SQL("select {} from marts.ledger where load_id = %s").format(columns)
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query, [load_id])
        return await cursor.fetchone()


async def is_published(connection: Connection, load_id: int) -> bool:
    """Tell whether a data version has the rows of a load."""
    query = "select from marts.data_versions where load_ids @> array[%s::bigint] limit 1"
    return (await connection.execute(query, [load_id])).rowcount > 0


async def load_of_content(
    connection: Connection, sha256: str, since: datetime | None
) -> ContentLoad | None:
    """Give the load that holds a content, else the latest that came of it after `since`."""
    async with connection.cursor(row_factory=class_row(ContentLoad)) as cursor:
        await cursor.execute(statement("load_of_content"), {"sha256": sha256, "since": since})
        return await cursor.fetchone()
