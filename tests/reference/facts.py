"""Events, sessions and orphan exits as the marts hold them: with their site, joined up."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from tests.reference.cameras import Camera
from tests.reference.events import Event, EventIdentity
from tests.reference.pairing import OrphanExit, Session
from tests.reference.statistics import seconds


@dataclass(frozen=True)
class FctEvent(EventIdentity):
    """A row of `fct_events`, by its natural key; `entry_at` stands for its session's id."""

    site_id: str
    is_entry: bool
    is_exit: bool
    entry_at: datetime | None
    dwell_seconds: Fraction | None
    load_id: int


@dataclass(frozen=True)
class FctSession(Session):
    """A row of `fct_sessions`, by its natural key: person, camera and entry."""

    site_id: str
    dwell_seconds: Fraction | None


@dataclass(frozen=True)
class FctOrphanExit:
    """A row of `fct_orphan_exits`, by its natural key: person, camera and instant."""

    person_id: str
    camera_id: str
    site_id: str
    exit_at: datetime


def fct_sessions(sessions: Iterable[Session], cameras: Mapping[str, Camera]) -> list[FctSession]:
    """Give a row for each session."""
    return [
        FctSession(
            person_id=session.person_id,
            camera_id=session.camera_id,
            site_id=cameras[session.camera_id].site_id,
            entry_at=session.entry_at,
            exit_at=session.exit_at,
            dwell_seconds=None if session.dwell is None else seconds(session.dwell),
            session_status=session.session_status,
        )
        for session in sessions
    ]


def fct_events(
    events: Iterable[Event], sessions: Iterable[FctSession], cameras: Mapping[str, Camera]
) -> list[FctEvent]:
    """Give a row for each event: an entry and a closing exit know their session."""
    ended = {(one.person_id, one.camera_id, one.exit_at): one for one in sessions if one.exit_at}
    rows = []
    for event in events:
        is_entry, is_exit = event.event_type == "entry", event.event_type == "exit"
        closed = ended.get((event.person_id, event.camera_id, event.event_at)) if is_exit else None
        entry_at = event.event_at if is_entry else closed.entry_at if closed else None
        rows.append(
            FctEvent(
                person_id=event.person_id,
                camera_id=event.camera_id,
                site_id=cameras[event.camera_id].site_id,
                event_at=event.event_at,
                event_type=event.event_type,
                is_entry=is_entry,
                is_exit=is_exit,
                entry_at=entry_at,
                dwell_seconds=closed.dwell_seconds if closed else None,
                load_id=event.load_id,
            )
        )
    return rows


def fct_orphan_exits(
    orphans: Iterable[OrphanExit], cameras: Mapping[str, Camera]
) -> list[FctOrphanExit]:
    """Give a row for each orphan exit."""
    return [
        FctOrphanExit(one.person_id, one.camera_id, cameras[one.camera_id].site_id, one.exit_at)
        for one in orphans
    ]
