"""The ledger of loads and their rejected rows: live views, ahead of any data version."""

from psycopg import sql
from psycopg.rows import dict_row

from serving.queries.listing import Column, Listing
from serving.queries.statements import Connection, Parameters

LOADS = Listing(
    table=sql.Identifier("marts", "fct_loads"),
    columns={
        "load_id": Column("bigint"),
        "file_name": Column("text"),
        "sha256": Column("text"),
        "bytes": Column("bigint"),
        "source": Column("text"),
        "status": Column("text"),
        "rows_read": Column("bigint"),
        "rows_loaded": Column("bigint"),
        "rows_rejected": Column("bigint"),
        "reason_code": Column("text", is_nullable=True),
        "reason": Column("text", is_nullable=True),
        "started_at": Column("timestamptz"),
        "finished_at": Column("timestamptz", is_nullable=True),
        "run_id": Column("text", is_nullable=True),
        "stored_as": Column("text", is_nullable=True),
        "validation": Column("jsonb", is_nullable=True, is_extra=True),
    },
    key="load_id",
    default_sort="-load_id",
)

REJECTIONS = Listing(
    table=sql.Identifier("marts", "fct_rejected_rows"),
    columns={
        "load_id": Column("bigint"),
        "line_number": Column("bigint"),
        "column_name": Column("text", is_nullable=True),
        "value": Column("text", is_nullable=True),
        "reason_code": Column("text"),
        "raw_line": Column("text"),
        "expectation": Column("text"),
    },
    key="line_number",
    default_sort="line_number",
)


def rejections_of(load_id: int, parameters: Parameters) -> sql.Composable:
    """Give the condition on the rejected rows of one load."""
    return sql.SQL("load_id = {}").format(parameters.bind(load_id))


def loads_with(statuses: tuple[str, ...], parameters: Parameters) -> sql.Composable:
    """Give the condition on loads of some statuses, all where none is named."""
    if not statuses:
        return sql.SQL("true")
    return sql.SQL("status = any({}::text[])").format(parameters.bind(list(statuses)))


async def read_load(connection: Connection, load_id: int) -> dict[str, object] | None:
    """Give a load with everything that is known of it; None if there is none."""
    columns = sql.SQL(", ").join(map(sql.Identifier, LOADS.columns))
    query = sql.SQL("select {} from {} where load_id = %s").format(columns, LOADS.table)
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query, [load_id])
        return await cursor.fetchone()
