"""What is published: the latest data version, and the sites and cameras of it."""

from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from serving.queries.statements import Connection, statement


@dataclass(frozen=True)
class Version:
    """A data version; its time tells a rebuilt database apart, whose numbers start again."""

    number: int
    published_at: datetime


@dataclass(frozen=True)
class Camera:
    """What filters and series need to know of a camera; its instants are null before any event."""

    camera_id: str
    site_id: str
    category: str
    first_event_at: datetime | None
    last_event_at: datetime | None


async def latest_version(connection: Connection) -> Version | None:
    """Give the latest data version, None before the first."""
    async with connection.cursor(row_factory=class_row(Version)) as cursor:
        await cursor.execute(statement("latest_version"))
        return await cursor.fetchone()


async def sites(connection: Connection) -> list[tuple[str, str]]:
    """Give each site's id and time zone."""
    cursor = await connection.execute("select site_id, timezone from marts.dim_sites")
    return [(site_id, timezone) for site_id, timezone in await cursor.fetchall()]


async def cameras(connection: Connection) -> list[Camera]:
    """Give every camera."""
    async with connection.cursor(row_factory=class_row(Camera)) as cursor:
        await cursor.execute(statement("cameras"))
        return await cursor.fetchall()
