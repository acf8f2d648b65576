"""The shapes of the probes."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from serving.schemas.columns import AsOf


class Health(BaseModel):
    """The process is alive."""

    model_config = ConfigDict(extra="forbid")

    status: str = Field(description="ok", examples=["ok"])


class Readiness(Health):
    """Answers can be given, and about which data."""

    status: str = Field(description="ready", examples=["ready"])
    data_version: int = Field(
        description="Number of the latest published state of the data", examples=[7]
    )
    as_of: AsOf
    published_at: datetime = Field(
        description="Instant at which that state was published, in UTC",
        examples=["2026-03-08T06:00:01.31+00:00"],
    )
    age_seconds: float = Field(description="Seconds since it was published", examples=[812.4])
