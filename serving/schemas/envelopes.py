"""What is around the data of every answer."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from serving.schemas.columns import AsOf

# Of `data` where it is a page.
ROWS = Field(description="The rows of the page, in the order of sort; empty if nothing fits")


def _free_to_lack(schema: dict[str, Any]) -> None:
    """Take back that all columns are there: `fields=` chooses."""
    schema.pop("required", None)


class Row(BaseModel):
    """A row of a list; with `fields=` it has the columns asked for only."""

    model_config = ConfigDict(extra="forbid", json_schema_extra=_free_to_lack)


class Envelope(BaseModel):
    """Which state of the data the answer is about."""

    model_config = ConfigDict(extra="forbid")

    data_version: int = Field(description="Number of the published state of the data", examples=[7])
    as_of: AsOf


class ListEnvelope(Envelope):
    """A page of rows."""

    next: str | None = Field(
        description="Cursor of the next page; null on the last", examples=[None]
    )
    count: int = Field(0, description="Rows of all pages; there with count=exact only")


class LiveEnvelope(Envelope):
    """What changes between data versions, and is there before the first."""

    data_version: int | None = Field(  # type: ignore[assignment]
        description="Number of the latest published state; null before the first", examples=[7]
    )
