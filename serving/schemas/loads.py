"""The shapes of the ledger."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from serving.choices import LoadStatus
from serving.schemas.envelopes import ROWS, ListEnvelope, LiveEnvelope, Row

SHA = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

LoadId = Annotated[int, Field(description="The load, by its number in the ledger", examples=[12])]
FileName = Annotated[
    str, Field(description="The file's name in the landing folder", examples=["march.csv"])
]
Sha256 = Annotated[
    str,
    Field(
        description="Hash of the file's content: SHA-256, as 64 hexadecimal digits", examples=[SHA]
    ),
]
SizeInBytes = Annotated[
    int,
    Field(description="Size of the file in bytes, compressed if it came so", examples=[91230]),
]
WHAT_BECAME = Field(
    description="loading, loaded, duplicate, rejected or failed: a duplicate is of content that is "
    "loaded already, a rejected file cannot be used, a failed load broke off",
    examples=["loaded"],
)
RowsLoaded = Annotated[int, Field(description="Rows that became raw events", examples=[998])]
RowsRejected = Annotated[
    int,
    Field(
        description="Rows that failed validation; of a rejected file, all rows that were read",
        examples=[2],
    ),
]


class Load(Row):
    """One file that came in, and what became of it."""

    load_id: LoadId
    file_name: FileName
    sha256: Sha256
    bytes: SizeInBytes
    source: str = Field(description="The source profile that read the file", examples=["default"])
    status: Annotated[LoadStatus, WHAT_BECAME]
    percent: int = Field(
        description="bytes_read over bytes, in percent; 100 at the end, however it ended",
        examples=[100],
    )
    bytes_read: int = Field(description="Bytes read so far", examples=[91230])
    rows_read: int = Field(description="Rows read so far, good and bad", examples=[1000])
    rows_loaded: RowsLoaded
    rows_rejected: RowsRejected
    rows_per_second: float | None = Field(
        description="Rows read a second so far; null before any are counted", examples=[3448.3]
    )
    reason_code: str | None = Field(
        description="Why the file was rejected or failed, as a code; null for any other",
        examples=[None],
    )
    reason: str | None = Field(
        description="Why the file was rejected or failed, as a sentence; of a duplicate, which "
        "loaded file has its content; null while the file loads and once it is loaded",
        examples=[None],
    )
    started_at: datetime = Field(
        description="Instant at which the load began, in UTC",
        examples=["2026-03-08T06:00:00.12+00:00"],
    )
    finished_at: datetime | None = Field(
        description="Instant at which it ended, null while it runs; in UTC",
        examples=["2026-03-08T06:00:00.41+00:00"],
    )
    run_id: str | None = Field(
        description="The run that loaded it, by its id in Dagster; null outside of one",
        examples=[None],
    )
    stored_as: str | None = Field(
        description="Where the file lies now, below archive/ or quarantine/, or in landing again "
        "to be replayed; null until this load has moved it, and once another file lies there",
        examples=["archive/march.csv"],
    )
    validation: object = Field(
        None,
        description="The verdict of the validation, expectation by expectation; null while it "
        "loads; in lists with fields= only",
    )


class LoadPage(LiveEnvelope, ListEnvelope):
    """A page of loads, the latest first."""

    data: Annotated[list[Load], ROWS]


class LoadAnswer(LiveEnvelope):
    """One load."""

    data: Load = Field(description="The load as it is now, with its validation")


class Rejection(Row):
    """One rejected row, where it stood and why it was refused."""

    load_id: LoadId
    line_number: int = Field(
        description="The row's line in the file, counted from 1", examples=[17]
    )
    column_name: str | None = Field(
        description="The column at fault, null if it is the row as a whole",
        examples=["timestamp"],
    )
    value: str | None = Field(
        description="The value at fault; null if it is missing, or if the row as a whole is "
        "at fault",
        examples=["31/02/2026 10:00"],
    )
    reason_code: str = Field(
        description="Why the row was rejected, as a code; landing/README.md says what each means",
        examples=["unparseable_timestamp"],
    )
    raw_line: str = Field(
        description="The row as it stands in the file; of a line of 8 MiB or more, its beginning",
        examples=["31/02/2026 10:00,P-1,CAM-01,entry"],
    )
    expectation: str = Field(
        description="The expectation that the row failed, as Great Expectations names its type",
        examples=["expect_column_values_to_not_be_in_set"],
    )


class RejectionPage(LiveEnvelope, ListEnvelope):
    """A page of rejected rows."""

    data: Annotated[list[Rejection], ROWS]
