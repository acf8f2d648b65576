"""The metrics of a range, from what is stored of its days and hours where that tells enough."""

from serving.answering.answers import Published
from serving.calendar.splitting import split_days, split_hours
from serving.chosen import Chosen
from serving.queries.kpis import MetricValues, read_kpis, read_kpis_of_sites
from serving.queries.split_range import NEVER


async def range_metrics(reading: Published, chosen: Chosen) -> MetricValues:
    """Give the metrics by name."""
    connection, snapshot = reading.connection, reading.snapshot
    if chosen.is_of_cameras or chosen.is_of_persons:
        return await read_kpis(connection, split_hours(chosen, snapshot))
    days = split_days(chosen, snapshot)
    rest = split_hours(days.rest, snapshot) if days.rest else NEVER
    return await read_kpis_of_sites(connection, days, rest)
