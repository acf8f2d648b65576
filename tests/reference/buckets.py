"""What `agg_camera_*`, `agg_site_*` and `agg_demographics_*` hold: one bucket of time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.reference.activity import Activity, activities
from tests.reference.cameras import Camera
from tests.reference.events import Event
from tests.reference.pairing import Session
from tests.reference.persons import DimPerson
from tests.reference.rules import RULES
from tests.reference.statistics import Exact, dwell_of, seconds
from tests.reference.visits import Visit
from tests.reference.zones import Bucket, BucketOf


@dataclass(frozen=True, kw_only=True)
class Measures:
    """What is measured in a bucket, at a camera or a site; seconds are exact here."""

    bucket_start: datetime
    site_id: str
    bucket_seconds: int
    events: int
    entries: int
    exits: int
    visitors: int
    sessions_closed: int
    total_dwell_seconds: Exact | None
    avg_dwell_seconds: Exact | None
    median_dwell_seconds: Exact | None
    p90_dwell_seconds: Exact | None
    max_dwell_seconds: Exact | None
    waiting_visitors: int
    person_seconds: Exact
    avg_occupancy: Exact
    peak_occupancy: int
    occupied_seconds: Exact


@dataclass(frozen=True, kw_only=True)
class CameraBucket(Measures):
    """A row of `agg_camera_*`."""

    camera_id: str


@dataclass(frozen=True, kw_only=True)
class SiteBucket(Measures):
    """A row of `agg_site_*`."""

    new_visitors: int
    returning_visitors: int
    visits_started: int


@dataclass(frozen=True, kw_only=True)
class DemographicsBucket:
    """A row of `agg_demographics_*`."""

    site_id: str
    bucket_start: datetime
    age_group: str
    gender: str
    visitors: int
    sessions_closed: int
    total_dwell_seconds: Exact | None
    avg_dwell_seconds: Exact | None
    median_dwell_seconds: Exact | None
    max_dwell_seconds: Exact | None


def camera_buckets(
    events: Iterable[Event],
    sessions: Iterable[Session],
    cameras: Mapping[str, Camera],
    of: BucketOf,
    waiting: timedelta = RULES.waiting,
) -> list[CameraBucket]:
    """Give the active buckets of each camera; `of` is the grain."""
    found = activities(events, sessions, cameras, of, lambda camera, _: camera)
    return [
        CameraBucket(
            camera_id=camera.camera_id, **vars(_measures(camera.site_id, bucket, active, waiting))
        )
        for (camera, bucket), active in found.items()
    ]


def site_buckets(
    events: Iterable[Event],
    sessions: Iterable[Session],
    visits: Iterable[Visit],
    cameras: Mapping[str, Camera],
    of: BucketOf,
    waiting: timedelta = RULES.waiting,
) -> list[SiteBucket]:
    """Give the active buckets of each site."""
    events = list(events)
    found = activities(events, sessions, cameras, of, lambda camera, _: camera.site_id)
    first = _first_events(events, cameras)
    rows = []
    for (site_id, bucket), active in found.items():
        new = sum(_within(first[person, site_id], bucket) for person in active.visitors)
        started = [one for one in visits if one.camera.site_id == site_id]
        rows.append(
            SiteBucket(
                new_visitors=new,
                returning_visitors=len(active.visitors) - new,
                visits_started=sum(_within(visit.started_at, bucket) for visit in started),
                **vars(_measures(site_id, bucket, active, waiting)),
            )
        )
    return rows


def demographics_buckets(
    events: Iterable[Event],
    sessions: Iterable[Session],
    persons: Iterable[DimPerson],
    cameras: Mapping[str, Camera],
    of: BucketOf,
) -> list[DemographicsBucket]:
    """Give the active buckets of each site, age group and gender."""
    groups = {one.person_id: (shown(one.age_group), shown(one.gender)) for one in persons}
    found = activities(
        events, sessions, cameras, of, lambda camera, person: (camera.site_id, *groups[person])
    )
    rows = []
    for ((site_id, age_group, gender), bucket), active in found.items():
        dwell = dwell_of(active.dwells)
        rows.append(
            DemographicsBucket(
                site_id=site_id,
                bucket_start=bucket[0],
                age_group=age_group,
                gender=gender,
                visitors=len(active.visitors),
                sessions_closed=len(active.entered),
                total_dwell_seconds=dwell.total,
                avg_dwell_seconds=dwell.avg,
                median_dwell_seconds=dwell.median,
                max_dwell_seconds=dwell.max,
            )
        )
    return rows


def shown(demographic: str | None) -> str:
    """Give what statistics show for an age group or a gender."""
    return demographic or "unknown"


def _measures(site_id: str, bucket: Bucket, active: Activity, waiting: timedelta) -> Measures:
    length = seconds(bucket[1] - bucket[0])
    dwell = dwell_of(active.dwells)
    person_seconds = seconds(active.person_time)
    return Measures(
        bucket_start=bucket[0],
        site_id=site_id,
        bucket_seconds=int(length),
        events=len(active.events),
        entries=active.count("entry"),
        exits=active.count("exit"),
        visitors=len(active.visitors),
        sessions_closed=len(active.entered),
        total_dwell_seconds=dwell.total,
        avg_dwell_seconds=dwell.avg,
        median_dwell_seconds=dwell.median,
        p90_dwell_seconds=dwell.p90,
        max_dwell_seconds=dwell.max,
        waiting_visitors=len(active.waiting(waiting)),
        person_seconds=person_seconds,
        avg_occupancy=person_seconds / length,
        peak_occupancy=active.peak,
        occupied_seconds=seconds(active.occupied_time),
    )


def _first_events(
    events: Iterable[Event], cameras: Mapping[str, Camera]
) -> dict[tuple[str, str], datetime]:
    """Give the first event ever of each person at each site."""
    first: dict[tuple[str, str], datetime] = {}
    for event in events:
        key = event.person_id, cameras[event.camera_id].site_id
        first[key] = min(event.event_at, first.get(key, event.event_at))
    return first


def _within(at: datetime, bucket: Bucket) -> bool:
    return bucket[0] <= at < bucket[1]
