"""The range metrics, by their names in the contract."""

from psycopg import sql
from psycopg.rows import dict_row

from serving.queries.arranged import arranged_as_one, percentiles_of_one
from serving.queries.conditions import session_conditions, stored_conditions
from serving.queries.listing import Type
from serving.queries.seen import seen
from serving.queries.split_range import SplitRange
from serving.queries.statements import NO_ROW, Connection, Parameters, statement

MetricValues = dict[str, int | float | None]
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


async def read_kpis(connection: Connection, hours: SplitRange) -> MetricValues:
    """Give each metric by its name; what nothing can be said of is null."""
    parameters = Parameters()
    query = statement("kpis").format(
        seen=seen(hours, parameters),
        session_conditions=session_conditions(hours.chosen, parameters),
    )
    return await _read(connection, query, parameters)


async def read_kpis_of_days(
    connection: Connection, days: SplitRange, hours_of_rest: SplitRange
) -> MetricValues:
    """Give the same metrics by whole days; the rest of the range is split into hours."""
    parameters = Parameters()
    rest = session_conditions(days.rest, parameters) if days.rest else NO_ROW
    query = statement("kpis_of_days").format(
        seen=seen(hours_of_rest, parameters),
        arranged=arranged_as_one(days, parameters),
        percentiles=percentiles_of_one((0.5,), parameters),
        day_conditions=stored_conditions(days.whole, parameters) if days.whole else NO_ROW,
        session_conditions=rest,
    )
    return await _read(connection, query, parameters)


async def _read(
    connection: Connection, query: sql.Composed, parameters: Parameters
) -> MetricValues:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query, parameters)
        return await cursor.fetchone() or {}
