"""The shapes of rankings and transitions."""

from pydantic import Field

from serving.schemas.envelopes import ListEnvelope, Row


class Ranked(Row):
    """A camera or a site, and its value of the metric."""

    rank: int = Field(description="Equal values share a rank", examples=[1])
    camera_id: str = Field(description="There with group_by=camera", examples=["CAM-01"])
    site_id: str = Field(description="There with group_by=site", examples=["default"])
    value: float | None = Field(examples=[303.0])
    previous_value: float | None = Field(
        description="In the range of the same length before", examples=[240.0]
    )
    change: float | None = Field(examples=[63.0])
    relative_change: float | None = Field(description="0.25 is a quarter more", examples=[0.2625])


class RankingPage(ListEnvelope):
    """A page of a ranking."""

    data: list[Ranked]


class Transition(Row):
    """How often a visit went from one camera to the next."""

    site_id: str = Field(examples=["default"])
    from_camera_id: str = Field(examples=["CAM-01"])
    to_camera_id: str = Field(examples=["CAM-03"])
    transitions: int = Field(examples=[47])
    median_transit_seconds: float | None = Field(
        description="From exit to entry; null where no exit is known", examples=[35.0]
    )


class TransitionPage(ListEnvelope):
    """A page of transitions, the most frequent first."""

    data: list[Transition]
