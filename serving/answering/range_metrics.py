"""The metrics of a range, from whole days where those tell enough."""

from serving.answering.answers import Published
from serving.calendar.splitting import split_days, split_hours
from serving.chosen import Chosen
from serving.queries.kpis import MetricValues, read_kpis, read_kpis_of_days
from serving.queries.split_range import NEVER


async def range_metrics(reading: Published, chosen: Chosen) -> MetricValues:
    """Give the metrics by name; days know of each person what they did at a site, not where."""
    connection, snapshot = reading.connection, reading.snapshot
    days = split_days(chosen, snapshot)
    if days.whole is None or chosen.is_of_cameras:
        return await read_kpis(connection, split_hours(chosen, snapshot))
    rest = split_hours(days.rest, snapshot) if days.rest else NEVER
    return await read_kpis_of_days(connection, days, rest)
