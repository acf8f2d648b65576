"""The shapes of sessions and events, as the tables have them."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from serving.choices import SessionStatus
from serving.schemas.columns import (
    SESSION_ID,
    CameraId,
    EntryAt,
    PersonId,
    SessionId,
    SiteId,
    SiteOfCamera,
)
from serving.schemas.envelopes import ROWS, ListEnvelope, Row


class Session(Row):
    """One person at one camera, from an entry to the exit that closes it."""

    session_id: SessionId
    person_id: PersonId
    camera_id: CameraId
    site_id: SiteOfCamera
    entry_at: EntryAt = Field(examples=["2026-03-01T08:00:00+00:00"])
    exit_at: datetime | None = Field(
        description="The instant of the exit; null unless the session is closed; in UTC",
        examples=["2026-03-01T08:07:30+00:00"],
    )
    dwell_seconds: float | None = Field(
        description="Seconds from entry to exit; null unless the session is closed",
        examples=[450.0],
    )
    session_status: SessionStatus = Field(
        description="closed; missing_exit: the next event is another entry; timed_out: no exit "
        "within the longest session; open: no exit yet, as of the data clock",
        examples=["closed"],
    )


class SessionPage(ListEnvelope):
    """A page of sessions."""

    data: Annotated[list[Session], ROWS]


class Event(Row):
    """A person, a camera, an instant, a type."""

    event_id: UUID = Field(
        description="A hash of person, camera, type and instant; it never changes",
        examples=["7a3b8a52-90c1-4d0e-b5a1-0c9b7f4e2d10"],
    )
    person_id: PersonId
    camera_id: CameraId
    site_id: SiteOfCamera
    event_at: datetime = Field(
        description="The instant of the event, to the microsecond, in UTC",
        examples=["2026-03-01T08:07:30+00:00"],
    )
    event_type: str = Field(
        description="entry, exit or another accepted type, which is counted but never paired: "
        "appearance, loiter, crowd",
        examples=["exit"],
    )
    is_entry: bool = Field(
        description="Whether it is an entry, which opens a session", examples=[False]
    )
    is_exit: bool = Field(
        description="Whether it is an exit, which closes a session or is an orphan", examples=[True]
    )
    session_id: UUID | None = Field(
        description="The session that the entry opens or the exit closes; null for all others",
        examples=[SESSION_ID],
    )
    dwell_seconds: float | None = Field(
        description="Seconds of the session, on the exit that closes it only, so that a sum over "
        "events is right; else null",
        examples=[450.0],
    )
    load_id: int = Field(description="The first load that brought the event", examples=[1])


class EventPage(ListEnvelope):
    """A page of events."""

    data: Annotated[list[Event], ROWS]


class Visit(Row):
    """One person at one site, across cameras."""

    visit_id: UUID = Field(
        description="A hash of person, site and start; another if late data moves the start",
        examples=["c0c1f0f3-64b2-4a55-8a3e-57d9b6f3f0aa"],
    )
    person_id: PersonId
    site_id: SiteId
    started_at: datetime = Field(
        description="Instant of the first entry or exit, in UTC",
        examples=["2026-03-01T08:00:00+00:00"],
    )
    ended_at: datetime = Field(
        description="Instant of the last entry or exit, in UTC",
        examples=["2026-03-01T09:12:30+00:00"],
    )
    duration_seconds: float = Field(
        description="Seconds from started_at to ended_at", examples=[4350.0]
    )
    session_count: int = Field(
        description="Number of sessions of any status that begin in the visit", examples=[3]
    )
    camera_count: int = Field(
        description="Number of distinct cameras of its sessions and orphan exits", examples=[2]
    )
    first_camera_id: str = Field(
        description="The camera of its first session or orphan exit, in the order of start "
        "and camera",
        examples=["CAM-01"],
    )
    last_camera_id: str = Field(
        description="The camera of its last session or orphan exit, in the order of start "
        "and camera",
        examples=["CAM-03"],
    )
    is_returning: bool = Field(
        description="Whether the person has a visit at the site that started on an earlier "
        "site-local day",
        examples=[False],
    )


class VisitPage(ListEnvelope):
    """A page of visits."""

    data: Annotated[list[Visit], ROWS]
