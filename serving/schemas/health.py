"""The shapes of the probes."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field


class Health(BaseModel):
    """The process is alive."""

    model_config = ConfigDict(extra="forbid")

    status: str = Field(examples=["ok"])


class Readiness(Health):
    """Answers can be given, and about which data."""

    data_version: int = Field(examples=[7])
    as_of: datetime | None = Field(examples=["2026-03-07T21:14:09+00:00"])
    published_at: datetime = Field(examples=["2026-03-08T06:00:01.310+00:00"])
    age_seconds: float = Field(description="Time since it was published", examples=[812.4])
