"""The shapes of cameras, sites and persons."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from serving.schemas.columns import (
    AvgDwell,
    CameraId,
    MaxDwell,
    MedianDwell,
    PersonId,
    SiteId,
    TotalDwell,
)
from serving.schemas.envelopes import ROWS, Envelope, ListEnvelope, Row
from serving.schemas.facts import Session, Visit


class Camera(Row):
    """A camera and what is known of it."""

    camera_id: CameraId
    site_id: str = Field(
        description='Its site; "default" if nothing names one', examples=["default"]
    )
    camera_name: str | None = Field(
        description="Its name for people, null if nothing names it", examples=["Main entrance"]
    )
    zone: str | None = Field(
        description="The part of the site that it watches, null if nothing says so",
        examples=["lobby"],
    )
    category: str = Field(
        description="checkout, entrance or general, by the words in name and zone, or as listed "
        "in cameras.csv, which may name others",
        examples=["entrance"],
    )
    first_event_at: datetime | None = Field(
        description="Instant of its first event, null before any; in UTC",
        examples=["2026-03-01T07:58:11+00:00"],
    )
    last_event_at: datetime | None = Field(
        description="Instant of its last event, null before any; in UTC",
        examples=["2026-03-07T21:14:09+00:00"],
    )
    event_count: int = Field(
        description="Number of its distinct events, of any type", examples=[912]
    )


class CameraPage(ListEnvelope):
    """A page of cameras."""

    data: Annotated[list[Camera], ROWS]


class Site(Row):
    """A group of cameras with one time zone."""

    site_id: SiteId
    site_name: str | None = Field(
        description="Its name for people, as listed; null if it is not", examples=["Main store"]
    )
    timezone: str = Field(
        description="Its IANA time zone; hours, days and weeks of its cameras are of this zone",
        examples=["Europe/Berlin"],
    )
    camera_count: int = Field(
        description="Number of its cameras, with those that have sent nothing yet", examples=[4]
    )


class SitePage(ListEnvelope):
    """A page of sites."""

    data: Annotated[list[Site], ROWS]


class Person(Row):
    """A person and what is known of them, over all time."""

    person_id: PersonId
    first_event_at: datetime = Field(
        description="Instant of the first event, in UTC", examples=["2026-03-01T08:00:00+00:00"]
    )
    last_event_at: datetime = Field(
        description="Instant of the last event, in UTC", examples=["2026-03-07T12:30:00+00:00"]
    )
    event_count: int = Field(description="Number of distinct events, of any type", examples=[14])
    closed_sessions: int = Field(
        description="Number of closed sessions; dwell is over these", examples=[6]
    )
    missing_exits: int = Field(
        description="Number of sessions that another entry ended", examples=[1]
    )
    visit_count: int = Field(description="Number of visits, over all sites", examples=[3])
    visit_days: int = Field(
        description="Number of distinct site-local dates with an event", examples=[3]
    )
    total_dwell_seconds: TotalDwell = Field(examples=[2700.0])
    avg_dwell_seconds: AvgDwell = Field(examples=[450.0])
    median_dwell_seconds: MedianDwell = Field(examples=[420.0])
    max_dwell_seconds: MaxDwell = Field(examples=[900.0])
    age_group: str | None = Field(
        description="The most frequent age group of the person's events, the smallest in text "
        "order of several; null where unknown",
        examples=["adult"],
    )
    gender: str | None = Field(
        description="The most frequent gender of the person's events, the smallest in text "
        "order of several; null where unknown",
        examples=["female"],
    )
    is_repeat: bool = Field(description="Whether visit_days is two or more", examples=[True])


class PersonPage(ListEnvelope):
    """A page of persons."""

    data: Annotated[list[Person], ROWS]


class PersonWithVisits(Person):
    """A person with the latest visits and sessions."""

    visits: list[Visit] = Field(description="The latest visits, the last first; as many as limit=")
    sessions: list[Session] = Field(
        description="The latest sessions of any status, the last first; as many as limit="
    )


class PersonAnswer(Envelope):
    """One person."""

    data: PersonWithVisits = Field(description="The person, over all time")
