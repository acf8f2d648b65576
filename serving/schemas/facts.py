"""The shapes of sessions and events, as the tables have them."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import Field

from serving.schemas.envelopes import ListEnvelope, Row

SESSION_ID = "0f0e7c4e-6d2e-8f2c-3b5c-1f9f3a9d2b11"


class Session(Row):
    """One person at one camera, from an entry to the exit that closes it."""

    session_id: UUID = Field(examples=[SESSION_ID])
    person_id: str = Field(examples=["P-0042"])
    camera_id: str = Field(examples=["CAM-01"])
    site_id: str = Field(examples=["default"])
    entry_at: datetime = Field(examples=["2026-03-01T08:00:00+00:00"])
    exit_at: datetime | None = Field(examples=["2026-03-01T08:07:30+00:00"])
    dwell_seconds: float | None = Field(examples=[450.0])
    session_status: Literal["closed", "open", "missing_exit", "timed_out"] = Field(
        examples=["closed"]
    )


class SessionPage(ListEnvelope):
    """A page of sessions."""

    data: list[Session]


class Event(Row):
    """A person, a camera, an instant, a type."""

    event_id: UUID = Field(examples=["7a3b8a52-90c1-4d0e-b5a1-0c9b7f4e2d10"])
    person_id: str = Field(examples=["P-0042"])
    camera_id: str = Field(examples=["CAM-01"])
    site_id: str = Field(examples=["default"])
    event_at: datetime = Field(examples=["2026-03-01T08:07:30+00:00"])
    event_type: str = Field(examples=["exit"])
    is_entry: bool = Field(examples=[False])
    is_exit: bool = Field(examples=[True])
    session_id: UUID | None = Field(description="Null if not paired", examples=[SESSION_ID])
    dwell_seconds: float | None = Field(
        description="On the closing exit only, so that a sum is right", examples=[450.0]
    )
    load_id: int = Field(description="The first load that brought it", examples=[1])


class EventPage(ListEnvelope):
    """A page of events."""

    data: list[Event]


class Visit(Row):
    """One person at one site, across cameras."""

    visit_id: UUID = Field(examples=["c0c1f0f3-64b2-4a55-8a3e-57d9b6f3f0aa"])
    person_id: str = Field(examples=["P-0042"])
    site_id: str = Field(examples=["default"])
    started_at: datetime = Field(examples=["2026-03-01T08:00:00+00:00"])
    ended_at: datetime = Field(examples=["2026-03-01T09:12:30+00:00"])
    duration_seconds: float = Field(examples=[4350.0])
    session_count: int = Field(description="Sessions of any status", examples=[3])
    camera_count: int = Field(description="Distinct cameras", examples=[2])
    first_camera_id: str = Field(examples=["CAM-01"])
    last_camera_id: str = Field(examples=["CAM-03"])
    is_returning: bool = Field(
        description="Whether there is a visit on an earlier day of the site", examples=[False]
    )


class VisitPage(ListEnvelope):
    """A page of visits."""

    data: list[Visit]
