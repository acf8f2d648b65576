"""The shapes of what is told of the data's quality."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from serving.schemas.envelopes import LiveEnvelope


class Pairing(BaseModel):
    """How well entries and exits fit together."""

    model_config = ConfigDict(extra="forbid")

    entries: int = Field(examples=[456])
    exits: int = Field(examples=[450])
    closed: int = Field(description="Sessions that an exit closed", examples=[440])
    missing_exits: int = Field(examples=[12])
    timed_out: int = Field(examples=[3])
    orphan_exits: int = Field(description="Exits that closed nothing", examples=[10])
    duplicate_rows: int = Field(description="Rows that told of a known event", examples=[25])
    pairing_rate: float | None = Field(
        description="closed over entries; null without any", examples=[0.965]
    )


class CameraQuality(Pairing):
    """How well the entries and exits of a camera fit together."""

    camera_id: str = Field(examples=["CAM-01"])
    site_id: str = Field(examples=["default"])


def _counts_of_reasons(schema: dict[str, Any]) -> None:
    schema["additionalProperties"] = {"type": "integer"}


class LoadQuality(BaseModel):
    """What a load refused; more columns count its rejected rows by reason code."""

    model_config = ConfigDict(extra="allow", json_schema_extra=_counts_of_reasons)

    load_id: int = Field(examples=[12])
    file_name: str = Field(examples=["march.csv"])
    status: str = Field(examples=["loaded"])
    rows_read: int = Field(examples=[1000])
    rows_loaded: int = Field(examples=[998])
    rows_rejected: int = Field(examples=[2])
    reject_share: float | None = Field(
        description="rows_rejected over rows_read; null if none was read", examples=[0.002]
    )


class Quality(BaseModel):
    """Pairing in all and by camera, and the latest loads."""

    model_config = ConfigDict(extra="forbid")

    total: Pairing
    cameras: list[CameraQuality]
    loads: list[LoadQuality]


class QualityAnswer(LiveEnvelope):
    """The quality of what came in."""

    data: Quality
