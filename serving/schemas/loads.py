"""The shapes of the ledger."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from serving.schemas.envelopes import ListEnvelope, LiveEnvelope, Row

SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
LoadStatus = Literal["loading", "loaded", "duplicate", "rejected", "failed"]


class Load(Row):
    """One file that came in, and what became of it."""

    load_id: int = Field(examples=[12])
    file_name: str = Field(examples=["march.csv"])
    sha256: str = Field(examples=[SHA])
    bytes: int = Field(examples=[91230])
    source: str = Field(examples=["default"])
    status: LoadStatus = Field(examples=["loaded"])
    percent: int = Field(description="How far the load is; 100 once it ended", examples=[100])
    bytes_read: int = Field(examples=[91230])
    rows_read: int = Field(examples=[1000])
    rows_loaded: int = Field(examples=[998])
    rows_rejected: int = Field(examples=[2])
    rows_per_second: float | None = Field(
        description="Rows read in a second, so far; null at the very start", examples=[3448.3]
    )
    reason_code: str | None = Field(examples=[None])
    reason: str | None = Field(examples=[None])
    started_at: datetime = Field(examples=["2026-03-08T06:00:00.120+00:00"])
    finished_at: datetime | None = Field(examples=["2026-03-08T06:00:00.410+00:00"])
    run_id: str | None = Field(examples=[None])
    stored_as: str | None = Field(
        description="Where the file lies below archive/ or quarantine/", examples=["march.csv"]
    )
    validation: object = Field(
        None, description="The result of the checks of the file; in lists with fields= only"
    )


class LoadPage(LiveEnvelope, ListEnvelope):
    """A page of loads, the latest first."""

    data: list[Load]


class LoadAnswer(LiveEnvelope):
    """One load."""

    data: Load


class Rejection(Row):
    """One rejected row, where it stood and why it was refused."""

    load_id: int = Field(examples=[12])
    line_number: int = Field(examples=[17])
    column_name: str | None = Field(examples=["timestamp"])
    value: str | None = Field(examples=["31/02/2026 10:00"])
    reason_code: str = Field(examples=["unparseable_timestamp"])
    raw_line: str = Field(examples=["31/02/2026 10:00,P-1,CAM-01,entry"])
    expectation: str = Field(examples=["expect_column_values_to_be_timestamps"])


class RejectionPage(LiveEnvelope, ListEnvelope):
    """A page of rejected rows."""

    data: list[Rejection]
