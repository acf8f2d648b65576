"""What happened in a bucket: at a camera, at a site, or of whomever a key chooses."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from tests.reference.cameras import Camera
from tests.reference.events import EventIdentity
from tests.reference.pairing import Session
from tests.reference.statistics import Interval, clipped, length_of, peak, united
from tests.reference.zones import Bucket, BucketOf, buckets_between

Key = TypeVar("Key", bound=Hashable)
KeyOf = Callable[[Camera, str], Key]
"""Says whose bucket it is that a person at a camera counts in."""


@dataclass
class Activity:
    """The events of a bucket, and the closed sessions that begin, end or last in it."""

    events: list[EventIdentity] = field(default_factory=list)
    entered: list[Session] = field(default_factory=list)
    ended: list[Session] = field(default_factory=list)
    stays: dict[str, list[Interval]] = field(default_factory=lambda: defaultdict(list))

    @property
    def visitors(self) -> set[str]:
        """The persons with an event or with a closed session that overlaps the bucket."""
        return {event.person_id for event in self.events} | self.stays.keys()

    @property
    def presence(self) -> list[Interval]:
        """When persons are there; one under two cameras is one person."""
        return [part for parts in self.stays.values() for part in united(parts)]

    @property
    def person_time(self) -> timedelta:
        """The time of all persons together."""
        return length_of(self.presence)

    @property
    def occupied_time(self) -> timedelta:
        """The time with at least one person."""
        return length_of(united(self.presence))

    @property
    def peak(self) -> int:
        """The most persons at one instant."""
        return peak(self.presence)

    @property
    def dwells(self) -> list[timedelta]:
        """The lengths of the sessions that begin in the bucket."""
        return [session.dwell for session in self.entered if session.dwell is not None]

    def waiting(self, longest: timedelta) -> set[str]:
        """Give the persons with a session that begins in the bucket and is longer than that."""
        return {one.person_id for one in self.entered if one.dwell and one.dwell > longest}

    def count(self, event_type: str) -> int:
        """Give the number of events of a type."""
        return sum(event.event_type == event_type for event in self.events)


def activities(
    events: Iterable[EventIdentity],
    sessions: Iterable[Session],
    cameras: Mapping[str, Camera],
    of: BucketOf,
    key: KeyOf[Key],
) -> dict[tuple[Key, Bucket], Activity]:
    """Give every bucket with an event or an overlapping closed session; `of` is the grain."""
    found: dict[tuple[Key, Bucket], Activity] = defaultdict(Activity)
    for event in events:
        camera = cameras[event.camera_id]
        bucket = of(event.event_at, camera.timezone)
        found[key(camera, event.person_id), bucket].events.append(event)
    for session in sessions:
        if session.exit_at is None:
            continue
        camera = cameras[session.camera_id]
        whose = key(camera, session.person_id)
        found[whose, of(session.entry_at, camera.timezone)].entered.append(session)
        found[whose, of(session.exit_at, camera.timezone)].ended.append(session)
        for bucket in buckets_between(session.entry_at, session.exit_at, camera.timezone, of):
            if overlaps(session.entry_at, session.exit_at, bucket):
                stay = clipped((session.entry_at, session.exit_at), bucket)
                found[whose, bucket].stays[session.person_id] += [stay] if stay else []
    return found


def overlaps(entry_at: datetime, exit_at: datetime, bucket: Bucket) -> bool:
    """Tell whether a closed session overlaps the bucket; one without length may, inside it."""
    return entry_at < bucket[1] and exit_at > bucket[0]
