"""The shapes of dwell statistics."""

from datetime import date, datetime
from typing import Annotated

from pydantic import Field

from serving.schemas.columns import (
    AgeGroup,
    CameraId,
    ClosedSessions,
    Gender,
    PersonId,
    SiteOfCamera,
)
from serving.schemas.envelopes import ROWS, ListEnvelope, Row


class Dwell(Row):
    """Dwell statistics of one group; of the first columns those that were grouped by are there."""

    camera_id: CameraId
    site_id: SiteOfCamera
    person_id: PersonId
    hour: datetime = Field(
        description="Instant, in UTC, at which the hour of the entry starts; "
        "the hour is of the site's time zone, or of tz",
        examples=["2026-03-01T08:00:00+00:00"],
    )
    day: date = Field(
        description="Date of the entry in the site's time zone, or in tz", examples=["2026-03-01"]
    )
    week: date = Field(
        description="Monday of the week of the entry in the site's time zone, or in tz",
        examples=["2026-02-23"],
    )
    hour_of_day: int = Field(
        description="Hour of the entry by the clock of the site's time zone, or of tz: 0 to 23",
        ge=0,
        le=23,
        examples=[8],
    )
    weekday: int = Field(
        description="Weekday of the entry in the site's time zone, or in tz: 1 (Monday) to 7",
        ge=1,
        le=7,
        examples=[1],
    )
    age_group: AgeGroup
    gender: Gender
    category: str = Field(
        description="Category of the camera: checkout, entrance, general, or as listed",
        examples=["entrance"],
    )
    closed_sessions: ClosedSessions = Field(examples=[590])
    total_dwell_seconds: float = Field(
        description="Sum of the lengths of closed sessions in seconds", examples=[243375.0]
    )
    avg_dwell_seconds: float = Field(
        description="Mean length of closed sessions in seconds", examples=[412.5]
    )
    median_dwell_seconds: float = Field(
        description="Median length of closed sessions in seconds, interpolated", examples=[360.0]
    )
    p90_dwell_seconds: float = Field(
        description="90th percentile of the length of closed sessions in seconds, interpolated",
        examples=[1020.0],
    )
    max_dwell_seconds: float = Field(
        description="Longest length of closed sessions in seconds", examples=[5400.0]
    )
    persons: int = Field(
        description="Number of distinct persons of these sessions; with fields= only",
        examples=[303],
    )
    avg_dwell_seconds_per_person: float = Field(
        description="total_dwell_seconds over persons; with fields= only", examples=[803.2]
    )


class DwellPage(ListEnvelope):
    """A page of groups."""

    data: Annotated[list[Dwell], ROWS]


class DwellBin(Row):
    """Sessions of about one length."""

    from_seconds: float = Field(
        description="The shortest dwell of the bin in seconds, itself in it", examples=[60.0]
    )
    to_seconds: float | None = Field(
        description="The dwell in seconds at which the bin ends, itself no longer in it; "
        "null for the last, which has no end",
        examples=[300.0],
    )
    closed_sessions: int = Field(
        description="Number of closed sessions of that length entered in the range",
        examples=[118],
    )
    share: float | None = Field(
        description="closed_sessions over those of all bins; null if there are none",
        examples=[0.2],
    )


class HistogramPage(ListEnvelope):
    """The bins, the shortest first; empty ones too."""

    data: Annotated[list[DwellBin], ROWS]
