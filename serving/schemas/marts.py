"""The shapes of marts: what there is, and the rows of any of them."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from serving.schemas.envelopes import ListEnvelope, LiveEnvelope, Row


class MartColumn(BaseModel):
    """A column of a mart."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(
        description="Its name in the table, and in fields=",
        examples=["avg_dwell_seconds"],
    )
    type: str = Field(description="Its type in Postgres", examples=["double precision"])
    unit: str | None = Field(
        description="What its values are: seconds, minutes, hours, bytes, share of 1 or instant; "
        "null for ids, texts and plain counts",
        examples=["seconds"],
    )
    is_nullable: bool = Field(
        description="Whether the database lets it be null; a test may say that it never is",
        examples=[True],
    )
    description: str | None = Field(
        description="What it means; null if nothing says so",
        examples=["Mean length in seconds; null if there are none."],
    )


class MartTest(BaseModel):
    """The latest result of a test; a version is published only if none fails."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(
        description="Its name in the dbt project", examples=["unique_fct_sessions_session_id"]
    )
    column: str | None = Field(
        description="The column, where the test is of one; else null", examples=["session_id"]
    )
    description: str | None = Field(
        description="What it says, where its name does not; else null", examples=[None]
    )
    status: str = Field(description="pass, or warn", examples=["pass"])
    failures: int | None = Field(
        description="How many rows break the rule; null if they were not counted", examples=[0]
    )
    run_at: datetime = Field(
        description="Instant at which its latest result was published, in UTC",
        examples=["2026-03-08T13:05:09.25+00:00"],
    )


class Mart(Row):
    """A table or view that can be read."""

    name: str = Field(
        description="Its name, in /v1/marts/{name} and in the schema marts",
        examples=["agg_camera_hourly"],
    )
    kind: Literal["table", "view"] = Field(
        description="A table holds its rows, a view computes them when asked", examples=["table"]
    )
    description: str | None = Field(
        description="What its rows are; null if nothing says so",
        examples=["Each camera by the hour of its site's time zone."],
    )
    grain: list[str] = Field(
        description="The columns that tell its rows apart", examples=[["camera_id", "bucket_start"]]
    )
    rows_estimate: int | None = Field(
        description="About how many rows it has, as the database last reckoned, which may be "
        "before the latest loads; count=exact of /v1/marts/{name} counts them. Null for views, and "
        "where nothing is known yet",
        examples=[672],
    )
    columns: list[MartColumn] = Field(description="Its columns, in the order of the table")
    tests: list[MartTest] = Field(
        description="Its tests and those of its columns, by name; empty if it has none"
    )


class MartList(ListEnvelope):
    """All marts, by name; the list is whole, so next is null."""

    data: list[Mart] = Field(description="All tables and views, by name")


class MartPage(LiveEnvelope, ListEnvelope):
    """A page of a mart, with the columns that /v1/marts tells."""

    data: list[dict[str, Any]] = Field(
        description="The rows of the page, in the order of sort, or else of the grain; "
        "empty if nothing fits"
    )
