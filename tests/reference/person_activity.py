"""What `agg_person_*` hold: a person at a camera in an hour, and at a site in a day."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from tests.reference.activity import Activity, activities
from tests.reference.cameras import Camera
from tests.reference.events import Event
from tests.reference.pairing import Session
from tests.reference.statistics import seconds
from tests.reference.zones import day_of, hour_of, local_date, week_of


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What is counted of a person in an hour as in a day."""

    events: int
    entries: int
    exits: int
    first_event_at: datetime | None
    last_event_at: datetime | None
    sessions_ended: int
    ended_dwell_seconds: Fraction | None
    max_ended_dwell_seconds: Fraction | None


@dataclass(frozen=True, kw_only=True)
class PersonHour(Tally):
    """A row of `agg_person_hourly`; date, day and week are those that its start is in."""

    person_id: str
    camera_id: str
    bucket_start: datetime
    site_id: str
    local_date: date
    day_start: datetime
    week_start: datetime
    person_seconds: Fraction


@dataclass(frozen=True, kw_only=True)
class PersonDay(Tally):
    """A row of `agg_person_daily`."""

    person_id: str
    site_id: str
    bucket_start: datetime
    week_start: datetime
    local_date: date
    sessions_closed: int


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
            person_seconds=seconds(active.person_time),
            **vars(_tally(active)),
        )
        for ((person_id, camera), (start, _)), active in found.items()
    ]


def person_days(
    events: Iterable[Event], sessions: Iterable[Session], cameras: Mapping[str, Camera]
) -> list[PersonDay]:
    """Give the days on which a person has an event at a site or is there."""
    timezones = {camera.site_id: camera.timezone for camera in cameras.values()}
    found = activities(
        events, sessions, cameras, day_of, lambda camera, person: (person, camera.site_id)
    )
    return [
        PersonDay(
            person_id=person_id,
            site_id=site_id,
            bucket_start=start,
            week_start=week_of(start, timezones[site_id])[0],
            local_date=local_date(start, timezones[site_id]),
            sessions_closed=len(active.dwells),
            **vars(_tally(active)),
        )
        for ((person_id, site_id), (start, _)), active in found.items()
    ]


def _tally(active: Activity) -> Tally:
    instants = [event.event_at for event in active.events]
    return Tally(
        events=len(active.events),
        entries=active.count("entry"),
        exits=active.count("exit"),
        first_event_at=min(instants, default=None),
        last_event_at=max(instants, default=None),
        sessions_ended=len(active.ended),
        ended_dwell_seconds=_ended(active, sum),
        max_ended_dwell_seconds=_ended(active, max),
    )


def _ended(
    active: Activity, total: Callable[[Iterable[Fraction]], Fraction | int]
) -> Fraction | None:
    """Give the sum or the most of the lengths of sessions that end in it, if any does."""
    dwells = [seconds(one.dwell) for one in active.ended if one.dwell is not None]
    return Fraction(total(dwells)) if dwells else None
