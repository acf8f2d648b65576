"""The shapes of what is told of visitors."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from serving.schemas.columns import (
    AgeGroup,
    AvgDwell,
    CameraId,
    ClosedSessions,
    EntryAt,
    Gender,
    MaxDwell,
    MedianDwell,
    PersonId,
    RateOfRepeats,
    RepeatVisitors,
    SessionId,
    SiteId,
    SiteOfCamera,
    TotalDwell,
    TotalEvents,
    UniqueVisitors,
)
from serving.schemas.envelopes import ROWS, ListEnvelope, Row


class Demographic(Row):
    """Visitors of one age group and gender."""

    age_group: AgeGroup
    gender: Gender
    unique_visitors: UniqueVisitors = Field(examples=[81])
    share: float = Field(
        description="unique_visitors over those of all age groups and genders", examples=[0.25]
    )
    closed_sessions: ClosedSessions = Field(examples=[160])
    total_dwell_seconds: TotalDwell = Field(examples=[66000.0])
    avg_dwell_seconds: AvgDwell = Field(examples=[412.5])
    median_dwell_seconds: MedianDwell = Field(examples=[360.0])
    max_dwell_seconds: MaxDwell = Field(examples=[5400.0])


class DemographicsPage(ListEnvelope):
    """A page of age groups and genders."""

    data: Annotated[list[Demographic], ROWS]


class RepeatVisitor(Row):
    """A person with events on two or more days of the site."""

    person_id: PersonId
    visit_days: int = Field(
        description="Number of distinct site-local dates with an event in the range", examples=[5]
    )
    total_events: TotalEvents = Field(examples=[22])
    first_event_at: datetime = Field(
        description="Instant of the first event in the range, in UTC",
        examples=["2026-03-01T08:00:00+00:00"],
    )
    last_event_at: datetime = Field(
        description="Instant of the last event in the range, in UTC",
        examples=["2026-03-07T12:30:00+00:00"],
    )
    closed_sessions: ClosedSessions = Field(examples=[10])
    total_dwell_seconds: TotalDwell = Field(examples=[4500.0])


class RepeatRate(BaseModel):
    """How many come again, of all that fit."""

    model_config = ConfigDict(extra="forbid")

    unique_visitors: UniqueVisitors = Field(examples=[310])
    repeat_visitors: RepeatVisitors = Field(examples=[62])
    repeat_rate: RateOfRepeats = Field(examples=[0.2])


class RepeatVisitorPage(ListEnvelope):
    """A page of repeat visitors, and their share of all."""

    data: Annotated[list[RepeatVisitor], ROWS]
    summary: RepeatRate = Field(description="Counts of all that fit, whatever the page")


class Inside(Row):
    """A session that is open at the data clock."""

    session_id: SessionId
    person_id: PersonId
    camera_id: CameraId
    site_id: SiteOfCamera
    entry_at: EntryAt = Field(examples=["2026-03-07T20:58:00+00:00"])
    inside_seconds: float = Field(
        description="Seconds from the entry to the data clock, on all pages to that of the first",
        examples=[969.0],
    )


class PersonsAt(BaseModel):
    """How many persons are inside somewhere."""

    model_config = ConfigDict(extra="forbid")

    site_id: SiteId
    persons: int = Field(
        description="Number of distinct persons with an open session there", examples=[4]
    )


class PersonsUnder(PersonsAt):
    """How many persons are inside under a camera."""

    camera_id: CameraId


class InsideCounts(BaseModel):
    """How many persons are inside; one under two cameras counts once at its site."""

    model_config = ConfigDict(extra="forbid")

    persons: int = Field(
        description="Number of distinct persons with an open session anywhere", examples=[5]
    )
    sites: list[PersonsAt] = Field(description="Sites where somebody is inside, by site_id")
    cameras: list[PersonsUnder] = Field(
        description="Cameras under which somebody is inside, by site_id and camera_id"
    )


class InsidePage(ListEnvelope):
    """A page of open sessions, and counts of all of them."""

    data: Annotated[list[Inside], ROWS]
    summary: InsideCounts = Field(
        description="Counts of all open sessions that fit, whatever the page"
    )
