"""The shapes of series."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from serving.schemas.envelopes import Envelope


class Point(BaseModel):
    """One bucket of a site; null throughout where its cameras sent nothing at all."""

    model_config = ConfigDict(extra="forbid")

    site_id: str = Field(examples=["default"])
    bucket_start: datetime = Field(
        description="With the offset of the zone", examples=["2026-03-01T08:00:00+01:00"]
    )
    visitors: int | None = Field(
        description="Persons with an event in it, or present in it", examples=[17]
    )
    partial: bool = Field(
        description="True on the bucket that holds the data clock", examples=[False]
    )


class OccupancyPoint(Point):
    """One camera or site in one bucket; null throughout where it sent nothing at all."""

    camera_id: str = Field("", description="Absent with group_by=site", examples=["CAM-01"])
    avg_occupancy: float | None = Field(examples=[2.25])
    peak_occupancy: int | None = Field(examples=[6])


class OccupancyAnswer(Envelope):
    """A series for each camera or site, one after the other; it is whole, so next is null."""

    data: list[OccupancyPoint]
    next: Literal[None] = Field(examples=[None])
    granularity: Literal["hour", "day", "week"] = Field(
        description="Length of the buckets", examples=["day"]
    )


class VisitorsPoint(Point):
    """Visitors of one site in one bucket."""

    new_visitors: int | None = Field(
        description="Whose first event ever at the site is in it", examples=[9]
    )
    returning_visitors: int | None = Field(description="All others", examples=[8])


class VisitorsAnswer(Envelope):
    """A series for each site, one after the other; it is whole, so next is null."""

    data: list[VisitorsPoint]
    next: Literal[None] = Field(examples=[None])
    granularity: Literal["hour", "day", "week"] = Field(
        description="Length of the buckets", examples=["day"]
    )
