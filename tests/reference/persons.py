"""Who the persons are, and what each of them did in all."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from tests.reference.cameras import Camera
from tests.reference.events import Event
from tests.reference.pairing import Session
from tests.reference.statistics import Exact, dwell_of
from tests.reference.visits import Visit
from tests.reference.zones import hour_of, local_date


@dataclass(frozen=True)
class DimPerson:
    """A row of `dim_persons`."""

    person_id: str
    first_event_at: datetime
    last_event_at: datetime
    event_count: int
    closed_sessions: int
    missing_exits: int
    visit_count: int
    visit_days: int
    total_dwell_seconds: Exact | None
    avg_dwell_seconds: Exact | None
    median_dwell_seconds: Exact | None
    max_dwell_seconds: Exact | None
    age_group: str | None
    gender: str | None
    is_repeat: bool


def dim_persons(
    events: Iterable[Event],
    sessions: Iterable[Session],
    visits: Iterable[Visit],
    cameras: Mapping[str, Camera],
) -> list[DimPerson]:
    """Give everybody who has an event."""
    seen: dict[str, list[Event]] = defaultdict(list)
    stayed: dict[str, list[Session]] = defaultdict(list)
    for event in events:
        seen[event.person_id].append(event)
    for session in sessions:
        stayed[session.person_id].append(session)
    visit_counts = Counter(visit.person_id for visit in visits)
    return [
        _dim_person(own, stayed[person_id], visit_counts[person_id], _days(own, cameras))
        for person_id, own in seen.items()
    ]


def most_frequent(values: Iterable[str | None]) -> str | None:
    """Give the most frequent non-null value; ties take the smallest in text order."""
    counts = Counter(value for value in values if value is not None)
    return min(counts, key=lambda value: (-counts[value], value.encode()), default=None)


def _days(events: Iterable[Event], cameras: Mapping[str, Camera]) -> set[date]:
    """Give the dates of the days that events count in, which are those of their hours."""
    zones = ((event.event_at, cameras[event.camera_id].timezone) for event in events)
    return {local_date(hour_of(event_at, zone)[0], zone) for event_at, zone in zones}


def _dim_person(
    events: Sequence[Event], sessions: Iterable[Session], visit_count: int, days: set[date]
) -> DimPerson:
    instants = [event.event_at for event in events]
    statuses = Counter(session.session_status for session in sessions)
    dwell = dwell_of(session.dwell for session in sessions if session.dwell is not None)
    return DimPerson(
        person_id=events[0].person_id,
        first_event_at=min(instants),
        last_event_at=max(instants),
        event_count=len(events),
        closed_sessions=statuses["closed"],
        missing_exits=statuses["missing_exit"],
        visit_count=visit_count,
        visit_days=len(days),
        total_dwell_seconds=dwell.total,
        avg_dwell_seconds=dwell.avg,
        median_dwell_seconds=dwell.median,
        max_dwell_seconds=dwell.max,
        age_group=most_frequent(event.age_group for event in events),
        gender=most_frequent(event.gender for event in events),
        is_repeat=len(days) >= 2,
    )
