"""What `quality_cameras_daily` holds: how well entries and exits of a camera fit together."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from tests.reference.cameras import Camera
from tests.reference.events import Event, RawRow
from tests.reference.pairing import OrphanExit, Session
from tests.reference.zones import day_of

CameraDay = tuple[str, datetime]


@dataclass(frozen=True)
class CameraQuality:
    """A row of `quality_cameras_daily`; sessions count on the day of their entry."""

    camera_id: str
    bucket_start: datetime
    entries: int
    exits: int
    closed: int
    missing_exits: int
    timed_out: int
    orphan_exits: int
    duplicate_rows: int
    pairing_rate: Fraction | None


def camera_quality(
    rows: Iterable[RawRow],
    events: Iterable[Event],
    sessions: Iterable[Session],
    orphans: Iterable[OrphanExit],
    cameras: Mapping[str, Camera],
) -> list[CameraQuality]:
    """Give every camera's days with an event; `rows` are all raw rows, repeated ones too."""

    def day(camera_id: str, at: datetime) -> CameraDay:
        return camera_id, day_of(at, cameras[camera_id].timezone)[0]

    told = Counter(day(row.camera_id, row.event_at) for row in rows)
    seen = Counter((*day(one.camera_id, one.event_at), one.event_type) for one in events)
    ended = Counter((*day(one.camera_id, one.entry_at), one.session_status) for one in sessions)
    lost = Counter(day(orphan.camera_id, orphan.exit_at) for orphan in orphans)
    distinct: Counter[CameraDay] = Counter()
    for (camera_id, start, _), count in seen.items():
        distinct[camera_id, start] += count
    return [
        CameraQuality(
            *key,
            entries=(entries := seen[*key, "entry"]),
            exits=seen[*key, "exit"],
            closed=(closed := ended[*key, "closed"]),
            missing_exits=ended[*key, "missing_exit"],
            timed_out=ended[*key, "timed_out"],
            orphan_exits=lost[key],
            duplicate_rows=told[key] - count,
            pairing_rate=Fraction(closed, entries) if entries else None,
        )
        for key, count in distinct.items()
    ]
