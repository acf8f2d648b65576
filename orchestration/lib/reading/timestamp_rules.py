"""How the timestamps of a source are meant: plain values."""

from dataclasses import dataclass
from typing import Literal

# `either`: the whole file does not tell, so a date is read only where it makes sense one way.
DateOrder = Literal["day_first", "month_first", "either"]


@dataclass(frozen=True)
class TimestampRules:
    """How the timestamps of one source are meant.

    A time without offset is in `timezone`. `formats` (of strptime) are tried before the accepted
    ones. `date_order` is None while it is neither declared nor looked for in the whole file.
    """

    timezone: str
    formats: tuple[str, ...] = ()
    date_order: DateOrder | None = None
