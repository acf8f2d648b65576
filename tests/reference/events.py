"""Which raw rows are one event."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

UNKNOWN = {"", "unknown", "not_determined", "inconclusive", "n/a", "none", "null"}


@dataclass(frozen=True)
class RawRow:
    """A valid row of a file, as the load stores it."""

    load_id: int
    event_at: datetime
    person_id: str
    camera_id: str
    event_type: str
    age_group: str | None = None
    gender: str | None = None
    camera_name: str | None = None
    zone: str | None = None
    site_id: str | None = None


@dataclass(frozen=True)
class EventIdentity:
    """What tells an event from all others."""

    person_id: str
    camera_id: str
    event_type: str
    event_at: datetime


@dataclass(frozen=True)
class Event(EventIdentity):
    """Something that happened once, however many rows tell of it."""

    load_id: int
    age_group: str | None
    gender: str | None
    camera_name: str | None
    zone: str | None
    site_id: str | None


def distinct_events(rows: Iterable[RawRow]) -> list[Event]:
    """Give one event for all rows with the same person, camera, type and instant."""
    same: dict[tuple[str, str, str, datetime], list[RawRow]] = defaultdict(list)
    for row in rows:
        same[row.person_id, row.camera_id, row.event_type, row.event_at].append(row)
    return [_event(rows) for rows in same.values()]


def smallest(values: Iterable[str | None]) -> str | None:
    """Give the smallest non-null value in text order, which is the order of UTF-8 bytes."""
    return min((value for value in values if value is not None), key=str.encode, default=None)


def _event(rows: list[RawRow]) -> Event:
    def agreed(read: Callable[[RawRow], str | None]) -> str | None:
        return smallest(map(read, rows))

    return Event(
        person_id=rows[0].person_id,
        camera_id=rows[0].camera_id,
        event_type=rows[0].event_type,
        event_at=rows[0].event_at,
        load_id=min(row.load_id for row in rows),
        age_group=agreed(lambda row: _known(row.age_group)),
        gender=agreed(lambda row: _known(row.gender)),
        camera_name=agreed(lambda row: row.camera_name),
        zone=agreed(lambda row: row.zone),
        site_id=agreed(lambda row: row.site_id),
    )


def _known(value: str | None) -> str | None:
    return None if value is None or value.strip().lower() in UNKNOWN else value.strip()
