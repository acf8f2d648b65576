"""What `agg_camera_*` hold: one camera, one bucket of time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from tests.reference.cameras import Camera
from tests.reference.events import Event
from tests.reference.pairing import Session, sessions_by_camera
from tests.reference.statistics import clipped, peak, percentile, seconds, united_length
from tests.reference.zones import Bucket, BucketOf, buckets_between

WAITING = timedelta(minutes=10)


@dataclass(frozen=True)
class CameraBucket:
    """A row of `agg_camera_*`; seconds are exact here."""

    camera_id: str
    bucket_start: datetime
    site_id: str
    bucket_seconds: int
    events: int
    entries: int
    exits: int
    visitors: int
    sessions_closed: int
    total_dwell_seconds: Fraction | None
    avg_dwell_seconds: Fraction | None
    median_dwell_seconds: Fraction | None
    p90_dwell_seconds: Fraction | None
    max_dwell_seconds: Fraction | None
    waiting_visitors: int
    person_seconds: Fraction
    avg_occupancy: Fraction
    peak_occupancy: int
    occupied_seconds: Fraction


def camera_buckets(
    events: Iterable[Event], sessions: Iterable[Session], cameras: dict[str, Camera], of: BucketOf
) -> list[CameraBucket]:
    """Give every bucket with an event or an overlapping closed session; `of` is the grain."""
    closed = sessions_by_camera(sessions)
    seen: dict[str, list[Event]] = {}
    for event in events:
        seen.setdefault(event.camera_id, []).append(event)
    rows = []
    for camera_id, own_events in seen.items():
        camera, own_sessions = cameras[camera_id], closed.get(camera_id, [])
        for bucket in _active(own_events, own_sessions, camera.timezone, of):
            rows.append(_camera_bucket(camera, bucket, own_events, own_sessions))
    return rows


def _active(
    events: list[Event], sessions: list[Session], timezone: str, of: BucketOf
) -> set[Bucket]:
    buckets = {of(event.event_at, timezone) for event in events}
    for session in sessions:
        assert session.exit_at is not None
        touched = buckets_between(session.entry_at, session.exit_at, timezone, of)
        buckets |= {bucket for bucket in touched if _overlaps(session, bucket)}
    return buckets


def _overlaps(session: Session, bucket: Bucket) -> bool:
    assert session.exit_at is not None
    return session.entry_at < bucket[1] and session.exit_at > bucket[0]


def _camera_bucket(
    camera: Camera, bucket: Bucket, events: list[Event], sessions: list[Session]
) -> CameraBucket:
    inside = [event for event in events if bucket[0] <= event.event_at < bucket[1]]
    begun = [session for session in sessions if bucket[0] <= session.entry_at < bucket[1]]
    overlapping = [session for session in sessions if _overlaps(session, bucket)]
    types = [event.event_type for event in inside]
    persons = {one.person_id for one in [*inside, *overlapping]}
    length = bucket[1] - bucket[0]
    stays = [(session.entry_at, session.exit_at or session.entry_at) for session in overlapping]
    present = [part for stay in stays if (part := clipped(stay, bucket))]
    person_seconds = seconds(sum((end - start for start, end in present), timedelta()))
    return CameraBucket(
        camera.camera_id,
        bucket[0],
        camera.site_id,
        int(seconds(length)),
        len(inside),
        types.count("entry"),
        types.count("exit"),
        len(persons),
        len(begun),
        *_dwell_statistics(
            [seconds(session.dwell) for session in begun if session.dwell is not None]
        ),
        len({session.person_id for session in begun if (session.dwell or timedelta()) > WAITING}),
        person_seconds,
        person_seconds / seconds(length),
        peak(present),
        seconds(united_length(present)),
    )


def _dwell_statistics(dwells: list[Fraction]) -> tuple[Fraction | None, ...]:
    """Give total, mean, median, 90th percentile and maximum; all null without a session."""
    if not dwells:
        return (None,) * 5
    total = sum(dwells, Fraction())
    median, p90 = percentile(dwells, Fraction(1, 2)), percentile(dwells, Fraction(9, 10))
    return total, total / len(dwells), median, p90, max(dwells)
