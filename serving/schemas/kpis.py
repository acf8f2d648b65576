"""The shape of the range metrics."""

from pydantic import BaseModel, ConfigDict, Field

from serving.schemas.envelopes import Envelope


class Metrics(BaseModel):
    """The range metrics; dwell is null where no session was closed."""

    model_config = ConfigDict(extra="forbid")

    total_events: int = Field(examples=[1250])
    unique_visitors: int = Field(description="Persons with an event", examples=[310])
    active_cameras: int = Field(description="Cameras with an event", examples=[4])
    closed_sessions: int = Field(description="Closed sessions entered in the range", examples=[590])
    avg_dwell_seconds: float | None = Field(examples=[412.5])
    median_dwell_seconds: float | None = Field(examples=[360.0])
    max_dwell_seconds: float | None = Field(examples=[5400.0])
    avg_dwell_seconds_per_person: float | None = Field(examples=[802.1])
    repeat_visitors: int = Field(
        description="Persons with events on two or more days of the site", examples=[62]
    )
    repeat_rate: float | None = Field(
        description="repeat_visitors over unique_visitors", examples=[0.2]
    )


class PreviousMetrics(Metrics):
    """The same metrics of the range before; its bounds are written as those asked for."""

    from_: str = Field(alias="from", examples=["2026-02-22T00:00:00"])
    to: str = Field(examples=["2026-03-01T00:00:00"])


class Change(BaseModel):
    """How a metric moved; null where either side is, or the earlier one is 0."""

    model_config = ConfigDict(extra="forbid")

    absolute: float | None = Field(examples=[50])
    relative: float | None = Field(description="0.25 is a quarter more", examples=[0.25])


class Kpis(Metrics):
    """The range metrics; the last two are there with compare=previous only."""

    previous: PreviousMetrics | None = None
    change: dict[str, Change] = Field(default_factory=dict)


class KpiAnswer(Envelope):
    """The range metrics by name."""

    data: Kpis
