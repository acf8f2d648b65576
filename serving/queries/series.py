"""What happened in each bucket of a series: as it is stored, or counted anew for any filter."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from psycopg import sql

from serving.choices import CameraOrSite, Granularity
from serving.chosen import Chosen, Span
from serving.queries.conditions import event_conditions, session_conditions
from serving.queries.groupings import ID_COLUMNS
from serving.queries.listing import Type
from serving.queries.statements import Connection, Parameters, statement

# By the id of a series and the key of a bucket's label: its measures as JSON.
Buckets = dict[str, dict[str, str]]

STORED: dict[tuple[CameraOrSite, Granularity], sql.Identifier] = {
    ("camera", "hour"): sql.Identifier("marts", "agg_camera_hourly"),
    ("camera", "day"): sql.Identifier("marts", "agg_camera_daily"),
    ("camera", "week"): sql.Identifier("marts", "agg_camera_weekly"),
    ("site", "hour"): sql.Identifier("marts", "agg_site_hourly"),
    ("site", "day"): sql.Identifier("marts", "agg_site_daily"),
    ("site", "week"): sql.Identifier("marts", "agg_site_weekly"),
}


@dataclass(frozen=True)
class Measures:
    """What a series tells of each bucket; the statement of that name counts it from the facts."""

    name: Literal["occupancy", "visitors"]
    usual_granularity: Granularity
    columns: Mapping[str, Type]

    @property
    def as_members(self) -> sql.Composable:
        """The measures of a row as the members of a JSON object, written by the database."""
        names = [sql.Literal(f'"{name}":') for name in self.columns]
        values = [sql.Identifier(name) for name in self.columns]
        pairs = [sql.SQL("{} || {}").format(*pair) for pair in zip(names, values, strict=True)]
        return sql.SQL(" || ',' || ").join(pairs)


OCCUPANCY = Measures(
    "occupancy", "hour",
    {"visitors": "bigint", "avg_occupancy": "double precision", "peak_occupancy": "bigint"},
)  # fmt: skip
VISITORS = Measures(
    "visitors", "day",
    {"visitors": "bigint", "new_visitors": "bigint", "returning_visitors": "bigint"},
)  # fmt: skip


async def read_stored(
    connection: Connection,
    measures: Measures,
    of: CameraOrSite,
    granularity: Granularity,
    bounds: Mapping[str, tuple[datetime, datetime]],
) -> Buckets:
    """Give the stored buckets of each id within its bounds."""
    stored = statement("stored_series").format(table=STORED[of, granularity], group=ID_COLUMNS[of])
    ids = list(bounds)
    firsts, ends = zip(*bounds.values(), strict=True) if bounds else ((), ())
    values = {
        "ids": ids, "firsts": list(firsts), "ends": list(ends),
        "first": min(firsts, default=None), "end": max(ends, default=None),
    }  # fmt: skip
    return await _read(connection, measures, stored, values)


async def read_counted(
    connection: Connection,
    measures: Measures,
    of: CameraOrSite,
    chosen: Chosen,
    edges: Mapping[str, Sequence[datetime]],
) -> Buckets:
    """Give the buckets of what the filters choose, counted from the facts; `edges` by site."""
    parameters = Parameters()
    pairs = [(site_id, edge) for site_id, own in edges.items() for edge in own]
    first = min((own[0] for own in edges.values()), default=None)
    timeless = replace(chosen, spans=())
    spans = tuple(Span(own[0], own[-1], (site_id,)) for site_id, own in edges.items())
    attendance = statement("attendance").format(
        group=ID_COLUMNS[of],
        site_ids=parameters.bind([site_id for site_id, _ in pairs]),
        edges=parameters.bind([edge for _, edge in pairs]),
        first=parameters.bind(first),
        event_conditions=event_conditions(replace(chosen, spans=spans), parameters),
        session_conditions=session_conditions(timeless, parameters),
    )
    counted = statement(f"{measures.name}_series").format(attendance=attendance)
    return await _read(connection, measures, counted, parameters)


async def read_alive(
    connection: Connection, bounds: Collection[tuple[str, datetime, datetime]]
) -> set[str]:
    """Give the cameras that sent anything from the one instant up to the other."""
    ids, firsts, ends = zip(*bounds, strict=True) if bounds else ((), (), ())
    values = {"camera_ids": list(ids), "firsts": list(firsts), "ends": list(ends)}
    cursor = await connection.execute(statement("alive_cameras"), values)
    return {camera_id for (camera_id,) in await cursor.fetchall()}


async def _read(
    connection: Connection, measures: Measures, buckets: sql.Composed, values: Mapping[str, object]
) -> Buckets:
    query = statement("series").format(buckets=buckets, members=measures.as_members)
    cursor = await connection.execute(query, values)
    return {
        series_id: dict(zip(keys.split(), lines.split("\n"), strict=True))
        async for series_id, keys, lines in cursor
    }
