"""The latest data version, looked up once for all requests of a moment."""

from serving.database import Database
from serving.momentary import Momentary
from serving.queries.published import Version, latest_version

# A new version is seen that much later at most; ten look-ups a second cost next to nothing.
FRESH_SECONDS = 0.1


class Versions:
    """Knows which version is the latest."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._latest = Momentary(self._look_up, FRESH_SECONDS)

    async def latest(self) -> Version | None:
        """Give the latest version, None before the first; a ProblemError without a database."""
        return await self._latest.get()

    async def _look_up(self) -> Version | None:
        async with self._database.connection() as connection:
            return await latest_version(connection)
