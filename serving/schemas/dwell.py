"""The shapes of dwell statistics."""

from datetime import date, datetime

from pydantic import Field

from serving.schemas.envelopes import ListEnvelope, Row


class Dwell(Row):
    """Dwell statistics of one group; of the first columns those that were grouped by are there."""

    camera_id: str = Field(examples=["CAM-01"])
    site_id: str = Field(examples=["default"])
    person_id: str = Field(examples=["P-0042"])
    hour: datetime = Field(description="Its start", examples=["2026-03-01T08:00:00+00:00"])
    day: date = Field(examples=["2026-03-01"])
    week: date = Field(description="Its Monday", examples=["2026-02-23"])
    hour_of_day: int = Field(description="0 to 23", ge=0, le=23, examples=[8])
    weekday: int = Field(description="1 (Monday) to 7", ge=1, le=7, examples=[1])
    age_group: str = Field(examples=["adult"])
    gender: str = Field(examples=["female"])
    category: str = Field(examples=["entrance"])
    closed_sessions: int = Field(examples=[590])
    total_dwell_seconds: float = Field(examples=[243375.0])
    avg_dwell_seconds: float = Field(examples=[412.5])
    median_dwell_seconds: float = Field(examples=[360.0])
    p90_dwell_seconds: float = Field(examples=[1020.0])
    max_dwell_seconds: float = Field(examples=[5400.0])
    persons: int = Field(
        description="Distinct persons of these sessions; with fields= only", examples=[303]
    )
    avg_dwell_seconds_per_person: float = Field(
        description="Total over persons; with fields= only", examples=[803.2]
    )


class DwellPage(ListEnvelope):
    """A page of groups."""

    data: list[Dwell]


class DwellBin(Row):
    """Sessions of about one length."""

    from_seconds: float = Field(examples=[60.0])
    to_seconds: float | None = Field(
        description="No longer in the bin; null for the last, which has no end", examples=[300.0]
    )
    closed_sessions: int = Field(examples=[118])
    share: float | None = Field(
        description="Of all sessions that fit; null without any", examples=[0.2]
    )


class HistogramPage(ListEnvelope):
    """The bins, the shortest first; empty ones too."""

    data: list[DwellBin]
