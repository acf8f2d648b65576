"""What can be chosen about the rules."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Rules:
    """The variables of the rules, with their defaults."""

    max_session: timedelta = timedelta(hours=24)
    visit_gap: timedelta = timedelta(minutes=180)
    waiting: timedelta = timedelta(minutes=10)


RULES = Rules()
