"""Visits: one person at one site, across cameras; and the ways that lead from camera to camera."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise

from tests.reference.cameras import Camera
from tests.reference.pairing import OrphanExit, Session
from tests.reference.statistics import Exact, percentile, seconds
from tests.reference.zones import day_of, local_date


@dataclass(frozen=True)
class Part:
    """A stretch of a visit: a session, which is an instant unless closed, or an orphan exit."""

    start: datetime
    camera_id: str
    end: datetime
    session: Session | None


@dataclass
class Visit:
    """The parts of a visit, in the order of start and camera; its site is that of its camera."""

    person_id: str
    camera: Camera
    parts: list[Part] = field(default_factory=list)

    @property
    def started_at(self) -> datetime:
        """The start of the first part."""
        return self.parts[0].start

    @property
    def ended_at(self) -> datetime:
        """The latest end of a part."""
        return max(part.end for part in self.parts)

    @property
    def local_date(self) -> date:
        """The site's date when it started."""
        return local_date(self.started_at, self.camera.timezone)

    @property
    def sessions(self) -> list[Session]:
        """Its sessions of any status, in the order of entry and camera."""
        return [part.session for part in self.parts if part.session is not None]


@dataclass(frozen=True)
class FctVisit:
    """A row of `fct_visits`, by its natural key: person, site and start."""

    person_id: str
    site_id: str
    started_at: datetime
    ended_at: datetime
    duration_seconds: Exact
    session_count: int
    camera_count: int
    first_camera_id: str
    last_camera_id: str
    is_returning: bool


@dataclass(frozen=True)
class Transition:
    """A row of `agg_transitions_daily`."""

    site_id: str
    bucket_start: datetime
    from_camera_id: str
    to_camera_id: str
    transitions: int
    median_transit_seconds: Exact | None


def visits_of(
    sessions: Iterable[Session],
    orphans: Iterable[OrphanExit],
    cameras: Mapping[str, Camera],
    gap: timedelta,
) -> list[Visit]:
    """Give all visits; those of one person at one site in the order of their start."""
    own: dict[tuple[str, str], list[Part]] = defaultdict(list)
    for one in sessions:
        part = Part(one.entry_at, one.camera_id, one.exit_at or one.entry_at, one)
        own[one.person_id, cameras[one.camera_id].site_id].append(part)
    for orphan in orphans:
        part = Part(orphan.exit_at, orphan.camera_id, orphan.exit_at, None)
        own[orphan.person_id, cameras[orphan.camera_id].site_id].append(part)
    visits: list[Visit] = []
    for (person_id, _), parts in own.items():
        until: datetime | None = None
        for part in sorted(parts, key=lambda part: (part.start, part.camera_id.encode())):
            if until is None or part.start - until > gap:
                visits.append(Visit(person_id, cameras[part.camera_id]))
            visits[-1].parts.append(part)
            until = part.end if until is None else max(until, part.end)
    return visits


def fct_visits(visits: Iterable[Visit]) -> list[FctVisit]:
    """Give a row for each visit."""
    days: dict[tuple[str, str], list[date]] = defaultdict(list)
    for visit in visits:
        days[visit.person_id, visit.camera.site_id].append(visit.local_date)
    return [
        FctVisit(
            person_id=visit.person_id,
            site_id=visit.camera.site_id,
            started_at=visit.started_at,
            ended_at=visit.ended_at,
            duration_seconds=seconds(visit.ended_at - visit.started_at),
            session_count=len(visit.sessions),
            camera_count=len({part.camera_id for part in visit.parts}),
            first_camera_id=visit.parts[0].camera_id,
            last_camera_id=visit.parts[-1].camera_id,
            is_returning=visit.local_date > min(days[visit.person_id, visit.camera.site_id]),
        )
        for visit in visits
    ]


def transitions(visits: Iterable[Visit]) -> list[Transition]:
    """Give a row for each site, day and pair of cameras with a way from one to the other."""
    ways: dict[tuple[str, datetime, str, str], list[Fraction | None]] = defaultdict(list)
    for visit in visits:
        for earlier, later in pairwise(visit.sessions):
            if earlier.camera_id != later.camera_id:
                day, _ = day_of(later.entry_at, visit.camera.timezone)
                way = (visit.camera.site_id, day, earlier.camera_id, later.camera_id)
                ways[way].append(transit(earlier, later))
    return [Transition(*way, len(taken), median_transit(taken)) for way, taken in ways.items()]


def transit(earlier: Session, later: Session) -> Fraction | None:
    """Give the time between two cameras; null without an exit, or if both were at once."""
    if earlier.exit_at is None or later.entry_at < earlier.exit_at:
        return None
    return seconds(later.entry_at - earlier.exit_at)


def median_transit(transits: Iterable[Fraction | None]) -> Fraction | None:
    """Give the median of those that are known."""
    known = [one for one in transits if one is not None]
    return percentile(known, Fraction(1, 2)) if known else None
