"""The shapes of rankings and transitions."""

from typing import Annotated

from pydantic import Field

from serving.schemas.columns import SiteId
from serving.schemas.envelopes import ROWS, ListEnvelope, Row


class Ranked(Row):
    """A camera or a site, and its value of the metric."""

    rank: int = Field(
        description="1 is the highest value; equal values share a rank, null comes last",
        examples=[1],
    )
    camera_id: str = Field(
        description="The camera, as its events name it; there with group_by=camera",
        examples=["CAM-01"],
    )
    site_id: str = Field(description="The site; there with group_by=site", examples=["default"])
    value: float | None = Field(
        description="The metric in the range: a number, or seconds of dwell; "
        "null where there is no dwell to tell of",
        examples=[303.0],
    )
    previous_value: float | None = Field(
        description="The same in the range of the same length before; "
        "null also where the range does not both begin and end",
        examples=[240.0],
    )
    change: float | None = Field(
        description="value less previous_value; null where either is", examples=[63.0]
    )
    relative_change: float | None = Field(
        description="change over previous_value: 0.25 is a quarter more; "
        "null where either is, or previous_value is 0",
        examples=[0.2625],
    )


class RankingPage(ListEnvelope):
    """A page of a ranking."""

    data: Annotated[list[Ranked], ROWS]


class Transition(Row):
    """How often a visit went from one camera to the next."""

    site_id: SiteId
    from_camera_id: str = Field(
        description="The camera of the earlier session", examples=["CAM-01"]
    )
    to_camera_id: str = Field(description="The camera of the later session", examples=["CAM-03"])
    transitions: int = Field(
        description="Number of moves from the first camera to the second, within a visit",
        examples=[47],
    )
    median_transit_seconds: float | None = Field(
        description="Median seconds from the earlier exit to the later entry, over those whose "
        "exit is not after the entry; null if there are none",
        examples=[35.0],
    )


class TransitionPage(ListEnvelope):
    """A page of transitions, the most frequent first."""

    data: Annotated[list[Transition], ROWS]
