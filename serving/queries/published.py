"""What is published: the latest data version, and the sites and cameras of it."""

from dataclasses import dataclass
from datetime import datetime

from psycopg import sql
from psycopg.rows import class_row

from serving.queries.statements import Connection, statement


@dataclass(frozen=True)
class Version:
    """A data version; its time tells a rebuilt database apart, whose numbers start again.

    `as_of` is the data clock: None before any event.
    """

    number: int
    published_at: datetime
    as_of: datetime | None


@dataclass(frozen=True)
class Camera:
    """What filters and series need to know of a camera; `first_event_at` is null before any."""

    camera_id: str
    site_id: str
    category: str
    first_event_at: datetime | None


@dataclass(frozen=True)
class Demographics:
    """The age groups and genders that persons have, unknown among them."""

    age_groups: frozenset[str]
    genders: frozenset[str]


async def demographics(connection: Connection) -> Demographics:
    """Give what age groups and genders there are."""
    cursor = await connection.execute(statement("demographic_values"))
    pairs = [(age_group, gender) for age_group, gender in await cursor.fetchall()]
    age_groups, genders = {pair[0] for pair in pairs}, {pair[1] for pair in pairs}
    return Demographics(frozenset({*age_groups, "unknown"}), frozenset({*genders, "unknown"}))


async def begin(connection: Connection) -> Version | None:
    """Let all that follows see one state of the marts; give the version that it is of.

    Lock, look and version are one message: each more would cost as much as a small query.
    """
    return await _begun(connection, statement("one_state"))


async def begin_with_ledger(connection: Connection) -> Version | None:
    """Let all that follows see one state of the ledger; give the version that is latest then."""
    return await _begun(connection, statement("ledger_state"))


async def _begun(connection: Connection, beginning: sql.Composable) -> Version | None:
    async with connection.cursor(row_factory=class_row(Version)) as cursor:
        await cursor.execute(beginning + statement("latest_version"))
        await cursor.set_result(-1)
        return await cursor.fetchone()


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
