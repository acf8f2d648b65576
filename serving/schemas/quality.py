"""The shapes of what is told of the data's quality."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from serving.choices import LoadStatus
from serving.schemas.columns import CameraId, SiteOfCamera
from serving.schemas.envelopes import LiveEnvelope
from serving.schemas.loads import (
    WHAT_BECAME,
    FileName,
    LoadId,
    RowsLoaded,
    RowsRejected,
)


class Pairing(BaseModel):
    """How well entries and exits fit together."""

    model_config = ConfigDict(extra="forbid")

    entries: int = Field(description="Number of entries; each is one session", examples=[456])
    exits: int = Field(description="Number of exits", examples=[450])
    closed: int = Field(description="Sessions that an exit closed", examples=[440])
    missing_exits: int = Field(description="Sessions that another entry ended", examples=[12])
    timed_out: int = Field(
        description="Sessions that lasted too long: no exit within the longest session",
        examples=[3],
    )
    orphan_exits: int = Field(description="Exits that close no session", examples=[10])
    duplicate_rows: int = Field(
        description="Raw rows less distinct events: rows that told of a known one", examples=[25]
    )
    pairing_rate: float | None = Field(
        description="closed over entries; null without an entry", examples=[0.965]
    )


class CameraQuality(Pairing):
    """How well the entries and exits of a camera fit together."""

    camera_id: CameraId
    site_id: SiteOfCamera


def _counts_of_reasons(schema: dict[str, Any]) -> None:
    counted = "Number of its rows that were rejected for the reason of that code"
    schema["additionalProperties"] = {"type": "integer", "description": counted}


class LoadQuality(BaseModel):
    """What a load refused; more columns count its rejected rows by reason code."""

    model_config = ConfigDict(extra="allow", json_schema_extra=_counts_of_reasons)

    load_id: LoadId
    file_name: FileName
    status: Annotated[LoadStatus, WHAT_BECAME]
    rows_read: int = Field(description="Rows read, good and bad", examples=[1000])
    rows_loaded: RowsLoaded
    rows_rejected: RowsRejected
    reject_share: float | None = Field(
        description="rows_rejected over rows_read; null if none was read", examples=[0.002]
    )


class Quality(BaseModel):
    """Pairing in all and by camera, and the latest loads."""

    model_config = ConfigDict(extra="forbid")

    total: Pairing = Field(description="All chosen cameras together, over whole site-local days")
    cameras: list[CameraQuality] = Field(
        description="Each chosen camera with an event on these days, by camera_id"
    )
    loads: list[LoadQuality] = Field(
        description="The latest loads of any day, the last first; as many as limit="
    )


class QualityAnswer(LiveEnvelope):
    """The quality of what came in."""

    data: Quality = Field(
        description="Pairing of the chosen days and cameras, and what loads refused"
    )
