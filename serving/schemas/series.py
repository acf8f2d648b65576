"""The shape of series."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from serving.schemas.envelopes import Envelope


class OccupancyPoint(BaseModel):
    """One camera in one bucket; null throughout where the camera sent nothing at all."""

    model_config = ConfigDict(extra="forbid")

    camera_id: str = Field(examples=["CAM-01"])
    site_id: str = Field(examples=["default"])
    bucket_start: datetime = Field(
        description="With the offset of the site's zone", examples=["2026-03-01T08:00:00+01:00"]
    )
    visitors: int | None = Field(examples=[17])
    avg_occupancy: float | None = Field(examples=[2.25])
    peak_occupancy: int | None = Field(examples=[6])
    partial: bool = Field(
        description="True on the bucket that holds the data clock", examples=[False]
    )


class OccupancyAnswer(Envelope):
    """A series for each camera, one after the other; it is whole, so next is null."""

    data: list[OccupancyPoint]
    next: Literal[None] = Field(examples=[None])
