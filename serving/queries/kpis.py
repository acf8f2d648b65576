"""The range metrics, by their names in the contract."""

from psycopg.rows import dict_row

from serving.queries.conditions import session_conditions
from serving.queries.listing import Type
from serving.queries.seen import SplitRange, seen
from serving.queries.statements import Connection, Parameters, statement

Metrics = dict[str, int | float | None]
METRICS: dict[str, Type] = {
    "total_events": "bigint",
    "unique_visitors": "bigint",
    "active_cameras": "bigint",
    "closed_sessions": "bigint",
    "avg_dwell_seconds": "double precision",
    "median_dwell_seconds": "double precision",
    "max_dwell_seconds": "double precision",
    "avg_dwell_seconds_per_person": "double precision",
    "repeat_visitors": "bigint",
    "repeat_rate": "double precision",
}


async def read_kpis(connection: Connection, split: SplitRange) -> Metrics:
    """Give each metric by its name; what nothing can be said of is null."""
    parameters = Parameters()
    query = statement("kpis").format(
        seen=seen(split, parameters),
        session_conditions=session_conditions(split.chosen, parameters),
    )
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query, parameters)
        return await cursor.fetchone() or {}
