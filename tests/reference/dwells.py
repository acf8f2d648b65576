"""What `agg_camera_dwells_daily` holds: how long the sessions of a day lasted, in order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from tests.reference.activity import activities
from tests.reference.cameras import Camera
from tests.reference.events import Event
from tests.reference.pairing import Session
from tests.reference.statistics import seconds
from tests.reference.zones import day_of


@dataclass(frozen=True)
class CameraDwells:
    """A row of `agg_camera_dwells_daily`."""

    camera_id: str
    bucket_start: datetime
    site_id: str
    total_dwell_seconds: Fraction
    dwells_seconds: tuple[float, ...]


def camera_dwells(
    events: Iterable[Event], sessions: Iterable[Session], cameras: Mapping[str, Camera]
) -> list[CameraDwells]:
    """Give each camera's days in which a closed session began."""
    found = activities(events, sessions, cameras, day_of, lambda camera, _: camera)
    return [
        CameraDwells(
            camera.camera_id,
            bucket[0],
            camera.site_id,
            seconds(sum(active.dwells, timedelta())),
            tuple(float(seconds(dwell)) for dwell in sorted(active.dwells)),
        )
        for (camera, bucket), active in found.items()
        if active.dwells
    ]
