"""The range metrics, by their names in the contract."""

from collections.abc import Callable

from psycopg import sql
from psycopg.rows import dict_row

from serving.chosen import Chosen
from serving.queries.arranged import arranged_as_one, percentiles_of_one
from serving.queries.buckets import bucket_date
from serving.queries.conditions import event_conditions, session_conditions, stored_conditions
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


async def read_kpis_of_sites(
    connection: Connection, days: SplitRange, hours: SplitRange
) -> MetricValues:
    """Give the same metrics where only times and sites are chosen; `hours` are the rest of `days`.

    Of those, who was there is stored, person by person as a bit.
    """
    parameters = Parameters()
    query = statement("kpis_of_sites").format(
        arranged=arranged_as_one(days, parameters),
        percentiles=percentiles_of_one((0.5,), parameters),
        local_day=bucket_date(sql.SQL("event_at"), sql.SQL("sites.timezone")),
        day_conditions=_conditions(stored_conditions, days.whole, parameters),
        hour_conditions=_conditions(stored_conditions, hours.whole, parameters),
        event_conditions=_conditions(event_conditions, hours.rest, parameters),
        session_conditions=_conditions(session_conditions, hours.rest, parameters),
    )
    return await _read(connection, query, parameters)


def _conditions(
    conditions: Callable[[Chosen, Parameters], sql.Composable],
    chosen: Chosen | None,
    parameters: Parameters,
) -> sql.Composable:
    return conditions(chosen, parameters) if chosen else NO_ROW


async def _read(
    connection: Connection, query: sql.Composed, parameters: Parameters
) -> MetricValues:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query, parameters)
        return await cursor.fetchone() or {}
