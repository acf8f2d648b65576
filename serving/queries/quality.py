"""How well entries and exits fit together, and what loads refused."""

from psycopg.rows import dict_row

from serving.chosen import Chosen
from serving.queries.listing import Type
from serving.queries.mart_conditions import mart_conditions
from serving.queries.statements import Connection, Parameters, statement

PAIRING: dict[str, Type] = {
    "camera_id": "text",
    "site_id": "text",
    "entries": "bigint",
    "exits": "bigint",
    "closed": "bigint",
    "missing_exits": "bigint",
    "timed_out": "bigint",
    "orphan_exits": "bigint",
    "duplicate_rows": "bigint",
    "pairing_rate": "double precision",
}
COLUMNS = frozenset({"site_id", "camera_id", "category", "bucket_start"})


async def read_pairing(
    connection: Connection, chosen: Chosen
) -> tuple[dict[str, object], list[dict[str, object]]]:
    """Give the counts in all, and by camera; spans are whole days."""
    parameters = Parameters()
    conditions = mart_conditions(chosen, COLUMNS, parameters)
    query = statement("quality_cameras").format(conditions=conditions)
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query, parameters)
        rows = await cursor.fetchall()
    cameras = [row for row in rows if row["camera_id"] is not None]
    (total,) = (row for row in rows if row["camera_id"] is None)
    del total["camera_id"], total["site_id"]
    return total, cameras


async def read_load_quality(connection: Connection, limit: int) -> list[dict[str, object]]:
    """Give the latest loads with the number of their rejected rows by reason."""
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(statement("quality_loads"), {"limit": limit})
        return await cursor.fetchall()
