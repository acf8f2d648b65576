"""What is published: the latest data version, and the sites and cameras of it."""

from dataclasses import dataclass, field
from datetime import datetime

from psycopg import errors, sql
from psycopg.rows import class_row

from serving.queries.statements import Connection, statement

# What Postgres says to who imports a snapshot of a transaction that has ended.
NOT_KEPT = (
    errors.UndefinedObject, errors.InvalidParameterValue, errors.ObjectNotInPrerequisiteState,
)  # fmt: skip


@dataclass(frozen=True)
class Version:
    """A data version; its time tells a rebuilt database apart, whose numbers start again.

    `as_of` is the data clock: null before any event. While the next version is built, table by
    table, this one is whole in its `kept_snapshot` only.
    """

    number: int
    published_at: datetime
    as_of: datetime | None
    kept_snapshot: str | None = field(default=None, compare=False)


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

    Lock, look and version are one message: each more would cost as much as a small query. While a
    build replaces rows, that state is the one before it.
    """
    gone = None
    while True:
        version = await _begun(connection, statement("one_state"))
        if version is None or version.kept_snapshot in (None, gone):
            return version  # the snapshot ends with a build, also with one that is killed
        await connection.rollback()
        kept = sql.SQL("set transaction snapshot {};\n").format(version.kept_snapshot)
        try:
            return await _begun(connection, statement("one_state") + kept)
        except NOT_KEPT:
            await connection.rollback()
            gone = version.kept_snapshot


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
