"""The shapes of what is told of visitors."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from serving.schemas.envelopes import ListEnvelope, Row
from serving.schemas.facts import SESSION_ID


class Demographic(Row):
    """Visitors of one age group and gender."""

    age_group: str = Field(examples=["adult"])
    gender: str = Field(examples=["female"])
    unique_visitors: int = Field(description="Persons with an event", examples=[81])
    share: float = Field(description="Of all visitors that fit", examples=[0.25])
    closed_sessions: int = Field(examples=[160])
    total_dwell_seconds: float | None = Field(examples=[66000.0])
    avg_dwell_seconds: float | None = Field(examples=[412.5])
    median_dwell_seconds: float | None = Field(examples=[360.0])
    max_dwell_seconds: float | None = Field(examples=[5400.0])


class DemographicsPage(ListEnvelope):
    """A page of age groups and genders."""

    data: list[Demographic]


class RepeatVisitor(Row):
    """A person with events on two or more days of the site."""

    person_id: str = Field(examples=["P-0042"])
    visit_days: int = Field(description="Days of the site with an event", examples=[5])
    total_events: int = Field(examples=[22])
    first_event_at: datetime = Field(examples=["2026-03-01T08:00:00+00:00"])
    last_event_at: datetime = Field(examples=["2026-03-07T12:30:00+00:00"])
    closed_sessions: int = Field(examples=[10])
    total_dwell_seconds: float | None = Field(examples=[4500.0])


class RepeatRate(BaseModel):
    """How many come again, of all that fit."""

    model_config = ConfigDict(extra="forbid")

    unique_visitors: int = Field(examples=[310])
    repeat_visitors: int = Field(examples=[62])
    repeat_rate: float | None = Field(
        description="repeat_visitors over unique_visitors", examples=[0.2]
    )


class RepeatVisitorPage(ListEnvelope):
    """A page of repeat visitors, and their share of all."""

    data: list[RepeatVisitor]
    summary: RepeatRate


class Inside(Row):
    """A session that is open at the data clock."""

    session_id: UUID = Field(examples=[SESSION_ID])
    person_id: str = Field(examples=["P-0042"])
    camera_id: str = Field(examples=["CAM-01"])
    site_id: str = Field(examples=["default"])
    entry_at: datetime = Field(examples=["2026-03-07T20:58:00+00:00"])
    inside_seconds: float = Field(description="From entry to the data clock", examples=[969.0])


class PersonsAt(BaseModel):
    """How many persons are inside somewhere."""

    model_config = ConfigDict(extra="forbid")

    site_id: str = Field(examples=["default"])
    persons: int = Field(examples=[4])


class PersonsUnder(PersonsAt):
    """How many persons are inside under a camera."""

    camera_id: str = Field(examples=["CAM-01"])


class InsideCounts(BaseModel):
    """How many persons are inside; one under two cameras counts once at its site."""

    model_config = ConfigDict(extra="forbid")

    persons: int = Field(examples=[5])
    sites: list[PersonsAt]
    cameras: list[PersonsUnder]


class InsidePage(ListEnvelope):
    """A page of open sessions, and counts of all of them."""

    data: list[Inside]
    summary: InsideCounts
