"""The shapes of series."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from serving.choices import Granularity
from serving.schemas.columns import SiteId
from serving.schemas.envelopes import Envelope

POINTS = Field(description="The buckets of each series, without gaps; one series after the other")
NoNext = Annotated[Literal[None], Field(description="Always null, for a series has one page")]
BucketLength = Annotated[
    Granularity,
    Field(description="Length of the buckets; weeks begin on Monday", examples=["day"]),
]


class Point(BaseModel):
    """One bucket of a site; null throughout where its cameras sent nothing at all."""

    model_config = ConfigDict(extra="forbid")

    site_id: SiteId
    bucket_start: datetime = Field(
        description="Instant at which the bucket starts, with the offset of the site's time zone, "
        "or of tz; the bucket ends where the next one starts",
        examples=["2026-03-01T08:00:00+01:00"],
    )
    visitors: int | None = Field(
        description="Number of distinct persons with an event in the bucket, or with a closed "
        "session that overlaps it; null where nothing at all was sent",
        examples=[17],
    )
    partial: bool = Field(
        description="True on the bucket that holds the data clock, which is still filling",
        examples=[False],
    )


class OccupancyPoint(Point):
    """One camera or site in one bucket; null throughout where it sent nothing at all."""

    camera_id: str = Field(
        "",
        description="The camera, as its events name it; absent with group_by=site",
        examples=["CAM-01"],
    )
    avg_occupancy: float | None = Field(
        description="Mean number of persons present: time of closed sessions inside the bucket "
        "over its length; null where nothing at all was sent",
        examples=[2.25],
    )
    peak_occupancy: int | None = Field(
        description="The most persons present at one instant; null where nothing at all was sent",
        examples=[6],
    )


class OccupancyAnswer(Envelope):
    """A series for each camera or site, one after the other; it is whole, so next is null."""

    data: Annotated[list[OccupancyPoint], POINTS]
    next: NoNext = Field(examples=[None])
    granularity: BucketLength


class VisitorsPoint(Point):
    """Visitors of one site in one bucket."""

    new_visitors: int | None = Field(
        description="Number of visitors whose first event ever at the site is in the bucket; "
        "null where nothing at all was sent",
        examples=[9],
    )
    returning_visitors: int | None = Field(
        description="Number of the other visitors; null where nothing at all was sent", examples=[8]
    )


class VisitorsAnswer(Envelope):
    """A series for each site, one after the other; it is whole, so next is null."""

    data: Annotated[list[VisitorsPoint], POINTS]
    next: NoNext = Field(examples=[None])
    granularity: BucketLength
