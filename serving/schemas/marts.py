"""The shapes of marts: what there is, and the rows of any of them."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from serving.schemas.envelopes import ListEnvelope, LiveEnvelope, Row


class MartColumn(BaseModel):
    """A column of a mart."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(examples=["avg_dwell_seconds"])
    type: str = Field(description="Its type in Postgres", examples=["double precision"])
    unit: str | None = Field(examples=["seconds"])
    is_nullable: bool = Field(examples=[True])
    description: str | None = Field(examples=["Mean length in seconds; null if there are none."])


class MartTest(BaseModel):
    """The latest result of a test; a version is published only if none fails."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(examples=["unique_fct_sessions_session_id"])
    column: str | None = Field(
        description="The column, where the test is of one", examples=["session_id"]
    )
    description: str | None = Field(
        description="What it says, where its name does not", examples=[None]
    )
    status: str = Field(description="pass, or warn", examples=["pass"])
    failures: int | None = Field(description="How many rows break the rule", examples=[0])
    run_at: datetime = Field(examples=["2026-03-08T13:05:09.25+00:00"])


class Mart(Row):
    """A table or view that can be read."""

    name: str = Field(examples=["agg_camera_hourly"])
    kind: Literal["table", "view"] = Field(examples=["table"])
    description: str | None = Field(examples=["Each camera by the hour of its site's time zone."])
    grain: list[str] = Field(
        description="The columns that tell its rows apart", examples=[["camera_id", "bucket_start"]]
    )
    rows_estimate: int | None = Field(
        description="About how many rows it has; null for views", examples=[672]
    )
    columns: list[MartColumn]
    tests: list[MartTest]


class MartList(ListEnvelope):
    """All marts, by name; the list is whole, so next is null."""

    data: list[Mart]


class MartPage(LiveEnvelope, ListEnvelope):
    """A page of a mart, with the columns that /v1/marts tells."""

    data: list[dict[str, Any]]
