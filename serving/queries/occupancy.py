"""Stored occupancy of cameras; buckets without activity are not stored."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from psycopg import sql
from psycopg.rows import class_row

from serving.queries.statements import Connection, statement

Granularity = Literal["hour", "day", "week"]
TABLES: dict[Granularity, sql.Identifier] = {
    "hour": sql.Identifier("marts", "agg_camera_hourly"),
    "day": sql.Identifier("marts", "agg_camera_daily"),
    "week": sql.Identifier("marts", "agg_camera_weekly"),
}


@dataclass(frozen=True)
class Bucket:
    """What one camera saw in one bucket."""

    camera_id: str
    bucket_start: datetime
    visitors: int
    avg_occupancy: float
    peak_occupancy: int


async def read_occupancy(
    connection: Connection,
    granularity: Granularity,
    camera_ids: Collection[str],
    edges: Collection[datetime],
) -> dict[str, dict[datetime, Bucket]]:
    """Give the buckets between the first and the last of `edges`, by camera and start."""
    stored: dict[str, dict[datetime, Bucket]] = {}
    if not edges:
        return stored
    query = statement("occupancy").format(table=TABLES[granularity])
    values = {"camera_ids": list(camera_ids), "first": min(edges), "end": max(edges)}
    async with connection.cursor(row_factory=class_row(Bucket)) as cursor:
        await cursor.execute(query, values)
        async for bucket in cursor:
            stored.setdefault(bucket.camera_id, {})[bucket.bucket_start] = bucket
    return stored
