"""The shape of the range metrics."""

from pydantic import BaseModel, ConfigDict, Field
from pydantic.json_schema import SkipJsonSchema

from serving.schemas.columns import (
    AvgDwell,
    ClosedSessions,
    MaxDwell,
    MedianDwell,
    RateOfRepeats,
    RepeatVisitors,
    TotalEvents,
    UniqueVisitors,
)
from serving.schemas.envelopes import Envelope


class RangeMetrics(BaseModel):
    """The range metrics; dwell is null where no session was closed."""

    model_config = ConfigDict(extra="forbid")

    total_events: TotalEvents = Field(examples=[1250])
    unique_visitors: UniqueVisitors = Field(examples=[310])
    active_cameras: int = Field(
        description="Number of cameras with an event in the range", examples=[4]
    )
    closed_sessions: ClosedSessions = Field(examples=[590])
    avg_dwell_seconds: AvgDwell = Field(examples=[412.5])
    median_dwell_seconds: MedianDwell = Field(examples=[360.0])
    max_dwell_seconds: MaxDwell = Field(examples=[5400.0])
    avg_dwell_seconds_per_person: float | None = Field(
        description="Total dwell in seconds over the persons with a closed session; "
        "null if there are none",
        examples=[802.1],
    )
    repeat_visitors: RepeatVisitors = Field(examples=[62])
    repeat_rate: RateOfRepeats = Field(examples=[0.2])


class PreviousMetrics(RangeMetrics):
    """The same metrics of the range before; its bounds are written as those asked for."""

    from_: str | None = Field(
        alias="from",
        description="Where that range begins, itself in it; without an offset, in each site's "
        "own time zone; null where last counts back from no event",
        examples=["2026-02-22T00:00:00"],
    )
    to: str | None = Field(
        description="Where it ends, itself no longer in it; without an offset, in each site's "
        "own time zone; null where last counts back from no event",
        examples=["2026-03-01T00:00:00"],
    )


class Change(BaseModel):
    """How a metric moved; null where that cannot be said."""

    model_config = ConfigDict(extra="forbid")

    absolute: float | None = Field(
        description="The metric less the one before, in its own unit; null where either is",
        examples=[50],
    )
    relative: float | None = Field(
        description="absolute over the metric before: 0.25 is a quarter more; "
        "null where either is, or the one before is 0",
        examples=[0.25],
    )


class Kpis(RangeMetrics):
    """The range metrics; the last two are there with compare=previous only."""

    previous: PreviousMetrics | SkipJsonSchema[None] = Field(
        None, description="The range of the same length before; with compare=previous only"
    )
    change: dict[str, Change] = Field(
        default_factory=dict,
        description="How each metric moved since then, by its name; with compare=previous only",
    )


class KpiAnswer(Envelope):
    """The range metrics by name."""

    data: Kpis = Field(description="Metrics of the range, over what the filters choose")
