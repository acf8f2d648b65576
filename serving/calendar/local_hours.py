"""The hours that a clock on a site's wall shows, as instants.

Where the clock jumps by half an hour, the hour is cut at the jump: no instant is in two of them.
The models compute the same hours in SQL.
"""

from bisect import bisect_left, bisect_right
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple
from zoneinfo import ZoneInfo

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
DAYS_REMEMBERED = 2000
SECOND = attrgetter("second")


class Label(NamedTuple):
    """The start of a bucket: in seconds since 1970, the same as text, and as told to a reader."""

    second: int
    key: str
    text: str


def full_hour(at: datetime, zone: ZoneInfo) -> datetime:
    """Give the last full hour up to an instant, if the clock ran evenly since."""
    local = at.astimezone(zone)
    return at - timedelta(
        minutes=local.minute, seconds=local.second, microseconds=local.microsecond
    )


def label(start: datetime, zone: ZoneInfo) -> Label:
    """Give the label of an instant, told with the offset of its zone."""
    second = int(start.timestamp())
    return Label(second, str(second), start.astimezone(zone).isoformat())


def hours_around(start: datetime, end: datetime, zone: ZoneInfo) -> list[Label]:
    """Give the starts of the hours, from the one that holds `start` to the first not before `end`.

    Raises OverflowError where the zone's clock would show a year that there is not.
    """
    day = start.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    first, last = start.timestamp(), end.timestamp()
    hours = list(_hours_of_day(day, zone))
    if hours[0].second > first:
        hours = [*_hours_of_day(day - DAY, zone), *hours]
    while hours[-1].second < last:
        day += DAY
        hours += _hours_of_day(day, zone)
    since = bisect_right(hours, first, key=SECOND) - 1
    until = bisect_left(hours, last, key=SECOND)
    return hours[since : until + 1]


# Asking a zone for its offset is half of what a series costs.
@lru_cache(DAYS_REMEMBERED)
def _hours_of_day(day: datetime, zone: ZoneInfo) -> tuple[Label, ...]:
    """Give the hours that start on a day of UTC."""
    start = _hour_start(day, zone)
    hours = []
    while start < day + DAY:
        if start >= day:
            hours.append(label(start, zone))
        start = _hour_start(full_hour(start, zone) + HOUR, zone)
    return tuple(hours)


def _hour_start(at: datetime, zone: ZoneInfo) -> datetime:
    """Give the start of the hour that holds an instant: a full one, or else the jump within it."""
    hour = full_hour(at, zone)
    if full_hour(hour, zone) == hour:
        return hour
    return full_hour(hour, zone) + HOUR
