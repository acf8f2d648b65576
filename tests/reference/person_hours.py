"""What `agg_person_hourly` holds: one person at one camera in one hour."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from tests.reference.activity import activities
from tests.reference.cameras import Camera
from tests.reference.events import Event
from tests.reference.pairing import Session
from tests.reference.statistics import seconds
from tests.reference.zones import day_of, hour_of, local_date, week_of


@dataclass(frozen=True)
class PersonHour:
    """A row of `agg_person_hourly`; date, day and week are those that its start is in."""

    person_id: str
    camera_id: str
    bucket_start: datetime
    site_id: str
    local_date: date
    day_start: datetime
    week_start: datetime
    events: int
    entries: int
    exits: int
    person_seconds: Fraction


def person_hours(
    events: Iterable[Event], sessions: Iterable[Session], cameras: Mapping[str, Camera]
) -> list[PersonHour]:
    """Give the hours in which a person has an event or is there."""
    found = activities(events, sessions, cameras, hour_of, lambda camera, person: (person, camera))
    return [
        PersonHour(
            person_id=person_id,
            camera_id=camera.camera_id,
            bucket_start=start,
            site_id=camera.site_id,
            local_date=local_date(start, camera.timezone),
            day_start=day_of(start, camera.timezone)[0],
            week_start=week_of(start, camera.timezone)[0],
            events=len(active.events),
            entries=active.count("entry"),
            exits=active.count("exit"),
            person_seconds=seconds(active.person_time),
        )
        for ((person_id, camera), (start, _)), active in found.items()
    ]
