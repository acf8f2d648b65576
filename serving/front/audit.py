"""The record of who asked what, and how many rows left; nothing leaves that cannot be recorded."""

import asyncio
import contextlib
import logging
import re
from collections.abc import AsyncIterator
from datetime import datetime
from typing import NamedTuple

import psycopg

from serving.database import Database
from serving.errors import ProblemError
from serving.queries.audit import add_requests

FLUSH_SECONDS = 0.5
# As many wait in memory while the database is away; then no more is answered.
MOST_PENDING = 20_000
MOST_AT_ONCE = 5_000
LONGEST_TEXT = 2_000
TOKEN_IN_TEXT = re.compile(rb"dwh_([a-z0-9]{8})_[A-Za-z0-9_-]+")

log = logging.getLogger("dwellhouse.api")


class Asked(NamedTuple):
    """One request and what came of it, in the order of the table's columns."""

    asked_at: datetime
    request_id: str
    key_id: str | None
    address: str
    method: str
    path: str
    query: str
    status: int
    rows_sent: int
    seconds: float


class Audit:
    """Collects what was asked and writes it down twice a second, in one go."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._pending: list[Asked] = []
        self._left_out = 0
        self._is_failing = False
        self._writing = asyncio.Lock()

    def require_room(self) -> None:
        """Raise the 503 that is due when no more can be recorded."""
        if len(self._pending) >= MOST_PENDING:
            detail = "Requests cannot be recorded at the moment, so none is answered; try later."
            raise ProblemError(503, detail)

    def record(self, asked: Asked) -> None:
        """Take note of a request; without room, of one that got no rows only its number."""
        if asked.rows_sent or len(self._pending) < MOST_PENDING:
            self._pending.append(asked)
        else:
            self._left_out += 1

    def waiting(self) -> int:
        """Give how many are not written down yet."""
        return len(self._pending)

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """Write in the background until the end of the block, and what is left then."""
        task = asyncio.create_task(self._write_on())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            await self._write()

    async def _write_on(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            # Cut off in the midst, it would not know what has been written.
            await asyncio.shield(self._write())

    async def _write(self) -> None:
        async with self._writing:
            while batch := self._pending[:MOST_AT_ONCE]:
                try:
                    async with self._database.connection() as connection:
                        await add_requests(connection, batch)
                except (ProblemError, psycopg.Error) as error:
                    if not self._is_failing:
                        log.warning("Requests are not recorded for the moment: %s", error)
                    self._is_failing = True
                    return
                self._is_failing = False
                del self._pending[: len(batch)]
            if self._left_out:
                log.warning("%d refused requests are not on record", self._left_out)
                self._left_out = 0


def shortened(text: bytes) -> str:
    """Give the text of a path or query as it came, short enough and without what is no text.

    Of a key that was put there by mistake, only what names it: its secret is stored nowhere.
    """
    if b"dwh_" in text:
        text = TOKEN_IN_TEXT.sub(rb"dwh_\1_...", text)
    return text[:LONGEST_TEXT].decode("ascii", errors="backslashreplace").replace("\x00", "%00")
