"""The shapes of cameras, sites and persons."""

from datetime import datetime

from pydantic import Field

from serving.schemas.envelopes import Envelope, ListEnvelope, Row
from serving.schemas.facts import Session, Visit


class Camera(Row):
    """A camera and what is known of it."""

    camera_id: str = Field(examples=["CAM-01"])
    site_id: str = Field(examples=["default"])
    camera_name: str | None = Field(examples=["Main entrance"])
    zone: str | None = Field(examples=["lobby"])
    category: str = Field(description="checkout, entrance, general, …", examples=["entrance"])
    first_event_at: datetime | None = Field(examples=["2026-03-01T07:58:11+00:00"])
    last_event_at: datetime | None = Field(examples=["2026-03-07T21:14:09+00:00"])
    event_count: int = Field(examples=[912])


class CameraPage(ListEnvelope):
    """A page of cameras."""

    data: list[Camera]


class Site(Row):
    """A group of cameras with one time zone."""

    site_id: str = Field(examples=["default"])
    site_name: str | None = Field(examples=["Main store"])
    timezone: str = Field(examples=["Europe/Berlin"])
    camera_count: int = Field(examples=[4])


class SitePage(ListEnvelope):
    """A page of sites."""

    data: list[Site]


class Person(Row):
    """A person and what is known of them, over all time."""

    person_id: str = Field(examples=["P-0042"])
    first_event_at: datetime = Field(examples=["2026-03-01T08:00:00+00:00"])
    last_event_at: datetime = Field(examples=["2026-03-07T12:30:00+00:00"])
    event_count: int = Field(examples=[14])
    closed_sessions: int = Field(examples=[6])
    missing_exits: int = Field(examples=[1])
    visit_count: int = Field(examples=[3])
    visit_days: int = Field(description="Days of the site with an event", examples=[3])
    total_dwell_seconds: float | None = Field(examples=[2700.0])
    avg_dwell_seconds: float | None = Field(examples=[450.0])
    median_dwell_seconds: float | None = Field(examples=[420.0])
    max_dwell_seconds: float | None = Field(examples=[900.0])
    age_group: str | None = Field(description="The most frequent one told", examples=["adult"])
    gender: str | None = Field(description="The most frequent one told", examples=["female"])
    is_repeat: bool = Field(description="Seen on two or more days", examples=[True])


class PersonPage(ListEnvelope):
    """A page of persons."""

    data: list[Person]


class PersonWithVisits(Person):
    """A person with the latest visits and sessions."""

    visits: list[Visit]
    sessions: list[Session]


class PersonAnswer(Envelope):
    """One person."""

    data: PersonWithVisits
