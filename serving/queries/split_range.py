"""A range in two parts: whole hours or days, of which partial results are stored, and a rest."""

from dataclasses import dataclass

from serving.chosen import Chosen


@dataclass(frozen=True)
class SplitRange:
    """What is chosen: `whole` of it is stored in parts, the `rest` is told by the facts."""

    chosen: Chosen
    whole: Chosen | None
    rest: Chosen | None


NEVER = SplitRange(Chosen(), None, None)
