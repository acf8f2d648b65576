"""The published state that an answer is about: data version, data clock, sites and cameras."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from serving.errors import ProblemError
from serving.queries import published
from serving.queries.published import Camera, Demographics, Version
from serving.queries.statements import Connection


@dataclass(frozen=True)
class Snapshot:
    """A data version, and what of it fits into memory."""

    version: Version
    zones: Mapping[str, ZoneInfo]
    cameras: Mapping[str, Camera]

    @property
    def as_of(self) -> datetime | None:
        """The data clock."""
        return self.version.as_of


class Snapshots:
    """Remembers the snapshot of the latest version, so that most requests read a number only."""

    def __init__(self) -> None:
        self._latest: Snapshot | None = None
        self._demographics: tuple[Version, Demographics] | None = None

    @property
    def latest(self) -> Snapshot | None:
        """The snapshot that was last answered from."""
        return self._latest

    async def of(self, version: Version, connection: Connection) -> Snapshot:
        """Give the snapshot of `version`, from memory where it is the one last asked for."""
        if self._latest is None or self._latest.version != version:
            self._latest = await _read(version, connection)
        return self._latest

    async def demographics(self, snapshot: Snapshot, connection: Connection) -> Demographics:
        """Give the age groups and genders of a snapshot: read once, where a filter names one."""
        if self._demographics is None or self._demographics[0] != snapshot.version:
            found = await published.demographics(connection)
            self._demographics = (snapshot.version, found)
        return self._demographics[1]


async def _read(version: Version, connection: Connection) -> Snapshot:
    zones = {site_id: _zone(site_id, name) for site_id, name in await published.sites(connection)}
    cameras = {camera.camera_id: camera for camera in await published.cameras(connection)}
    return Snapshot(version, zones, cameras)


@lru_cache(maxsize=1024)
def _zone(site_id: str, name: str) -> ZoneInfo:
    """Find a zone as Postgres does, which minds no letter case."""
    with suppress(KeyError, ValueError, OSError):
        return ZoneInfo(name)
    for known in available_timezones():
        if known.lower() == name.lower():
            return ZoneInfo(known)
    detail = f"Site {site_id} has the time zone {name!a}, which is none; mend it in sites.csv."
    raise ProblemError(503, detail)
