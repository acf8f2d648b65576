"""The shapes of marts: what there is, and the rows of any of them."""

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


class MartList(ListEnvelope):
    """All marts, by name; the list is whole, so next is null."""

    data: list[Mart]


class MartPage(LiveEnvelope, ListEnvelope):
    """A page of a mart, with the columns that /v1/marts tells."""

    data: list[dict[str, Any]]
