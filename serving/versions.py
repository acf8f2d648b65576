"""The latest data version, looked up once for all requests of a moment."""

import asyncio
import time

from serving.database import Database
from serving.queries.published import Version, latest_version

# A new version is seen that much later at most; ten look-ups a second cost next to nothing.
FRESH_SECONDS = 0.1


class Versions:
    """Asks the database which version is the latest, at most once in FRESH_SECONDS.

    A look-up on demand needs no listener that must notice a lost connection: whatever happens to
    the database, the next request asks again.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._version: Version | None = None
        self._asked_at = float("-inf")
        self._asking: asyncio.Task[Version | None] | None = None

    async def latest(self) -> Version | None:
        """Give the latest version, None before the first; raises a Problem without a database."""
        if time.monotonic() - self._asked_at < FRESH_SECONDS:
            return self._version
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
        # A caller that goes away must not take the answer from the others.
        return await asyncio.shield(self._asking)

    async def _ask(self) -> Version | None:
        asked_at = time.monotonic()
        async with self._database.connection() as connection:
            self._version = await latest_version(connection)
        self._asked_at = asked_at
        return self._version
