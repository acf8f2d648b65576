"""The metrics over a range, of whatever the filters choose."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from tests.reference.buckets import shown
from tests.reference.cameras import DimCamera
from tests.reference.facts import FctEvent, FctSession
from tests.reference.persons import DimPerson
from tests.reference.statistics import Exact, percentile
from tests.reference.warehouse import Marts
from tests.reference.zones import bucket_date, midnight

SessionKey = tuple[str, str, datetime | None]


@dataclass(frozen=True)
class Filters:
    """What is asked for; an empty or null filter asks for everything.

    `start` and `end` are instants, or dates that begin at each site's midnight; `[start, end)`.
    Of several values one must fit. An event fits `statuses` and dwells if its session does.
    """

    start: datetime | date | None = None
    end: datetime | date | None = None
    site_ids: Collection[str] = ()
    camera_ids: Collection[str] = ()
    person_ids: Collection[str] = ()
    categories: Collection[str] = ()
    statuses: Collection[str] = ()
    age_groups: Collection[str] = ()
    genders: Collection[str] = ()
    min_dwell: Fraction | float | None = None
    max_dwell: Fraction | float | None = None

    @property
    def is_of_sessions(self) -> bool:
        """Tell whether a filter looks at sessions."""
        return bool(self.statuses) or (self.min_dwell, self.max_dwell) != (None, None)


@dataclass(frozen=True)
class RangeMetrics:
    """The metrics of a range; seconds and rates are exact."""

    total_events: int
    unique_visitors: int
    active_cameras: int
    closed_sessions: int
    avg_dwell_seconds: Exact | None
    median_dwell_seconds: Exact | None
    max_dwell_seconds: Exact | None
    avg_dwell_seconds_per_person: Exact | None
    repeat_visitors: int
    repeat_rate: Exact | None


class Choice:
    """The rows of the marts that fit the filters."""

    def __init__(self, marts: Marts, filters: Filters) -> None:
        self._filters = filters
        self._cameras = {one.camera_id: one for one in marts["dim_cameras"]}
        self._persons = {one.person_id: one for one in marts["dim_persons"]}
        self._timezones = {one.site_id: one.timezone for one in marts["dim_sites"]}
        self.sessions = [one for one in marts["fct_sessions"] if self._has_session(one)]
        self._own = {_key(one) for one in marts["fct_sessions"] if self._fits_session(one)}
        self.events = [one for one in marts["fct_events"] if self._has_event(one)]

    @property
    def closed(self) -> list[FctSession]:
        """The closed sessions."""
        return [one for one in self.sessions if one.session_status == "closed"]

    @property
    def dwells(self) -> list[Fraction]:
        """The lengths of the closed sessions, in seconds."""
        return dwells_of(self.closed)

    def local_date(self, event: FctEvent) -> date:
        """Give the date at the event's site."""
        return bucket_date(event.event_at, self._timezones[event.site_id])

    def _has_session(self, session: FctSession) -> bool:
        return self._fits(session, session.entry_at) and self._fits_session(session)

    def _has_event(self, event: FctEvent) -> bool:
        is_own = not self._filters.is_of_sessions or _key(event) in self._own
        return is_own and self._fits(event, event.event_at)

    def _fits(self, row: FctEvent | FctSession, at: datetime) -> bool:
        """Tell whether the place, the person and the time fit."""
        camera, person = self._cameras[row.camera_id], self._persons[row.person_id]
        return (
            _fits_place(camera, self._filters)
            and _fits_person(person, self._filters)
            and self._fits_time(at, self._timezones[row.site_id])
        )

    def _fits_time(self, at: datetime, timezone: str) -> bool:
        start, end = (_instant(one, timezone) for one in (self._filters.start, self._filters.end))
        return (start is None or at >= start) and (end is None or at < end)

    def _fits_session(self, session: FctSession) -> bool:
        dwell, least, most = session.dwell_seconds, self._filters.min_dwell, self._filters.max_dwell
        return (
            _one_of(session.session_status, self._filters.statuses)
            and (least is None or (dwell is not None and dwell >= least))
            and (most is None or (dwell is not None and dwell <= most))
        )


def dwells_of(sessions: Iterable[FctSession]) -> list[Fraction]:
    """Give the lengths of those sessions that are closed, in seconds."""
    return [one.dwell_seconds for one in sessions if one.dwell_seconds is not None]


def range_metrics(marts: Marts, filters: Filters) -> RangeMetrics:
    """Give the metrics of what the filters choose."""
    choice = Choice(marts, filters)
    days: dict[str, set[date]] = defaultdict(set)
    for event in choice.events:
        days[event.person_id].add(choice.local_date(event))
    dwells = choice.dwells
    total, stayed = sum(dwells, Fraction()), {one.person_id for one in choice.closed}
    repeats = sum(len(dates) >= 2 for dates in days.values())
    return RangeMetrics(
        total_events=len(choice.events),
        unique_visitors=len(days),
        active_cameras=len({event.camera_id for event in choice.events}),
        closed_sessions=len(dwells),
        avg_dwell_seconds=total / len(dwells) if dwells else None,
        median_dwell_seconds=percentile(dwells, Fraction(1, 2)) if dwells else None,
        max_dwell_seconds=max(dwells, default=None),
        avg_dwell_seconds_per_person=total / len(stayed) if stayed else None,
        repeat_visitors=repeats,
        repeat_rate=Fraction(repeats, len(days)) if days else None,
    )


def _key(row: FctEvent | FctSession) -> SessionKey:
    """Give the natural key of a session, or of the one that an event belongs to."""
    return row.person_id, row.camera_id, row.entry_at


def _fits_place(camera: DimCamera, filters: Filters) -> bool:
    return (
        _one_of(camera.site_id, filters.site_ids)
        and _one_of(camera.camera_id, filters.camera_ids)
        and _one_of(camera.category, filters.categories)
    )


def _fits_person(person: DimPerson, filters: Filters) -> bool:
    return (
        _one_of(person.person_id, filters.person_ids)
        and _one_of(shown(person.age_group), filters.age_groups)
        and _one_of(shown(person.gender), filters.genders)
    )


def _one_of(value: str, wanted: Collection[str]) -> bool:
    return not wanted or value in wanted


def _instant(bound: datetime | date | None, timezone: str) -> datetime | None:
    if bound is None or isinstance(bound, datetime):
        return bound
    return midnight(bound, timezone)
