"""Sessions and orphan exits: one person at one camera, event by event."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from tests.reference.events import Event

MAX_SESSION = timedelta(hours=24)


@dataclass(frozen=True)
class Session:
    """One entry and what came of it."""

    person_id: str
    camera_id: str
    entry_at: datetime
    exit_at: datetime | None
    session_status: str

    @property
    def dwell(self) -> timedelta | None:
        """The session's length, if it is closed."""
        return self.exit_at - self.entry_at if self.exit_at else None


@dataclass(frozen=True)
class OrphanExit:
    """An exit that closes nothing."""

    person_id: str
    camera_id: str
    exit_at: datetime


def paired(
    events: Iterable[Event], max_session: timedelta = MAX_SESSION
) -> tuple[list[Session], list[OrphanExit]]:
    """Give all sessions and all orphan exits of the distinct events."""
    events = list(events)
    clock = max((event.event_at for event in events), default=None)
    walks: dict[tuple[str, str], Walk] = {}
    for event in sorted(events, key=lambda event: event.event_at):
        if event.event_type in ("entry", "exit"):
            pair = (event.person_id, event.camera_id)
            walks.setdefault(pair, Walk(*pair, max_session)).note(event)
    for walk in walks.values():
        assert clock is not None
        walk.end(clock)
    sessions = [session for walk in walks.values() for session in walk.sessions]
    return sessions, [orphan for walk in walks.values() for orphan in walk.orphans]


class Walk:
    """The walk along the events of one person at one camera."""

    def __init__(self, person_id: str, camera_id: str, max_session: timedelta) -> None:
        self.person_id = person_id
        self.camera_id = camera_id
        self.max_session = max_session
        self.sessions: list[Session] = []
        self.orphans: list[OrphanExit] = []
        self._open_since: datetime | None = None
        self._now: datetime | None = None
        self._waiting: set[str] = set()

    def note(self, event: Event) -> None:
        """Take the next event; those of one instant wait until all of them are known."""
        if event.event_at != self._now:
            self._settle()
            self._now = event.event_at
        self._waiting.add(event.event_type)

    def end(self, clock: datetime) -> None:
        """Take it that no more events come."""
        self._settle()
        if self._open_since is not None:
            is_open = clock - self._open_since <= self.max_session
            self._finish("open" if is_open else "timed_out")

    def _settle(self) -> None:
        for event_type in self._in_turn():
            assert self._now is not None
            if event_type == "entry":
                self._enter(self._now)
            else:
                self._leave(self._now)
        self._waiting.clear()

    def _in_turn(self) -> Iterator[str]:
        """At one instant: if a session is open, the exit comes first; otherwise the entry does."""
        first = "exit" if self._open_since is not None else "entry"
        yield from sorted(self._waiting, key=lambda event_type: event_type != first)

    def _enter(self, at: datetime) -> None:
        if self._open_since is not None:
            self._finish("missing_exit")
        self._open_since = at

    def _leave(self, at: datetime) -> None:
        if self._open_since is not None and at - self._open_since <= self.max_session:
            self._finish("closed", at)
            return
        if self._open_since is not None:
            self._finish("timed_out")
        self.orphans.append(OrphanExit(self.person_id, self.camera_id, at))

    def _finish(self, status: str, exit_at: datetime | None = None) -> None:
        assert self._open_since is not None
        self.sessions.append(
            Session(self.person_id, self.camera_id, self._open_since, exit_at, status)
        )
        self._open_since = None
