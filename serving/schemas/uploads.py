"""The shapes of uploads."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from serving.choices import UploadStatus
from serving.schemas.envelopes import LiveEnvelope
from serving.schemas.loads import SHA, Sha256, SizeInBytes


class Upload(BaseModel):
    """One content that came in, and what became of it."""

    model_config = ConfigDict(extra="forbid")

    sha256: Sha256
    file_name: str = Field(
        description="Its name in the landing folder, which differs from yours if that was taken",
        examples=["march.csv"],
    )
    bytes: SizeInBytes
    received_at: datetime = Field(
        description="Instant at which it had come in, in UTC; of content that did not come by the "
        "API, at which its load began",
        examples=["2026-03-08T06:00:00.12+00:00"],
    )
    status: UploadStatus = Field(
        description="`waiting` to be loaded, `removed` from the landing folder before it was, "
        "or what the load says",
        examples=["waiting"],
    )
    load_id: int | None = Field(
        description="The load, by its number in the ledger; null before there is one",
        examples=[None],
    )
    url: str = Field(description="Where to follow it", examples=[f"/v1/uploads/{SHA}"])
    load_url: str | None = Field(
        description="Where to follow the load; /events below it tells each step; null before "
        "there is one",
        examples=[None],
    )


class UploadAnswer(LiveEnvelope):
    """One upload."""

    data: Upload = Field(description="The upload as it is now")
