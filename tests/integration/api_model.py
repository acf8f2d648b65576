"""The rules of the metrics in plain Python, to judge the API's answers by."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from zoneinfo import ZoneInfo

MAX_SESSION = timedelta(hours=24)


@dataclass(frozen=True, order=True)
class Event:
    """One accepted event."""

    at: datetime
    person: str
    camera: str
    type: str


@dataclass(frozen=True)
class Session:
    """One person at one camera."""

    person: str
    camera: str
    entry: datetime
    exit: datetime | None
    status: str

    @property
    def dwell(self) -> float | None:
        return (self.exit - self.entry).total_seconds() if self.exit else None


def sessions_of(events: Iterable[Event]) -> list[Session]:
    """Walk each pair's entries and exits in time; of an open session the exit comes first."""
    distinct = set(events)
    clock = max(event.at for event in distinct)
    walks: dict[tuple[str, str], dict[datetime, set[str]]] = defaultdict(lambda: defaultdict(set))
    for event in distinct:
        if event.type in ("entry", "exit"):
            walks[event.person, event.camera][event.at].add(event.type)
    found: list[Session] = []
    for (person, camera), instants in walks.items():
        since: datetime | None = None
        for at in sorted(instants):
            types = sorted(instants[at], reverse=since is not None)  # "exit" > "entry"
            for kind in types:
                if kind == "entry":
                    if since is not None:
                        found.append(Session(person, camera, since, None, "missing_exit"))
                    since = at
                elif since is not None:
                    closed = at - since <= MAX_SESSION
                    status = "closed" if closed else "timed_out"
                    found.append(Session(person, camera, since, at if closed else None, status))
                    since = None
        if since is not None:
            status = "open" if clock - since <= MAX_SESSION else "timed_out"
            found.append(Session(person, camera, since, None, status))
    return found


def kpis_of(
    events: Iterable[Event], sessions: Iterable[Session], zones: Mapping[str, ZoneInfo]
) -> dict[str, float | None]:
    """Give the range metrics of events and sessions that are chosen; `zones` by camera."""
    chosen = set(events)
    days: dict[str, set[date]] = defaultdict(set)
    for event in chosen:
        days[event.person].add(event.at.astimezone(zones[event.camera]).date())
    closed = [session for session in sessions if session.status == "closed"]
    dwells = [session.dwell for session in closed if session.dwell is not None]
    repeats = sum(len(dates) >= 2 for dates in days.values())
    return {
        "total_events": len(chosen),
        "unique_visitors": len(days),
        "active_cameras": len({event.camera for event in chosen}),
        "closed_sessions": len(closed),
        "avg_dwell_seconds": sum(dwells) / len(dwells) if dwells else None,
        "median_dwell_seconds": median(dwells) if dwells else None,
        "max_dwell_seconds": max(dwells, default=None),
        "avg_dwell_seconds_per_person": (
            sum(dwells) / len({session.person for session in closed}) if dwells else None
        ),
        "repeat_visitors": repeats,
        "repeat_rate": repeats / len(days) if days else None,
    }


def occupancy_of(
    events: Iterable[Event], sessions: Iterable[Session], start: datetime, end: datetime
) -> tuple[int, float, int]:
    """Give visitors, average and peak of one camera in the bucket `[start, end)`."""
    inside = [
        (max(s.entry, start), min(s.exit, end), s.person)
        for s in sessions
        if s.exit and s.status == "closed" and s.entry < end and s.exit > start
    ]
    persons = {person for _, _, person in inside}
    persons |= {event.person for event in events if start <= event.at < end}
    seconds = sum((until - since).total_seconds() for since, until, _ in inside)
    peak = max((sum(a <= since < b for a, b, _ in inside) for since, _, _ in inside), default=0)
    return len(persons), seconds / (end - start).total_seconds(), peak
