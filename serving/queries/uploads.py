"""What came in through the API."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast

from psycopg.rows import class_row

from serving.queries.statements import Connection


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that came in whole; `file_name` is what it is called in the landing folder."""

    sha256: str
    file_name: str
    bytes: int
    received_at: datetime


async def latest_upload(connection: Connection, sha256: str) -> Upload | None:
    """Give the latest upload of a content."""
    query = (
        "select sha256, file_name, bytes, received_at from access.uploads "
        "where sha256 = %s order by received_at desc limit 1"
    )
    async with connection.cursor(row_factory=class_row(Upload)) as cursor:
        await cursor.execute(query, [sha256])
        return await cursor.fetchone()


async def database_clock(connection: Connection) -> datetime:
    """Give the time by the clock that loads are timed by."""
    row = await (await connection.execute("select clock_timestamp()")).fetchone()
    assert row is not None
    return cast("datetime", row[0])


async def add_upload(connection: Connection, upload: Upload, key_id: str | None) -> None:
    """Write down that a file came in."""
    await connection.execute(
        "insert into access.uploads (sha256, file_name, bytes, received_at, key_id) "
        "values (%s, %s, %s, %s, %s)",
        [upload.sha256, upload.file_name, upload.bytes, upload.received_at, key_id],
    )
