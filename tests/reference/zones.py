"""Where the hours and days of a time zone begin, as instants in UTC."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

Bucket = tuple[datetime, datetime]
BucketOf = Callable[[datetime, str], Bucket]


@lru_cache(maxsize=100_000)
def hour_of(at: datetime, timezone: str) -> Bucket:
    """Give the start and end of the local hour; for clocks that jump by whole hours only."""
    local = at.astimezone(ZoneInfo(timezone))
    into = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    start = at.astimezone(UTC) - into
    return start, start + timedelta(hours=1)


@lru_cache(maxsize=100_000)
def day_of(at: datetime, timezone: str) -> Bucket:
    """Give the start and end of the local day: from one first midnight to the next."""
    today = at.astimezone(ZoneInfo(timezone)).date()
    midnights = [_midnight(today + timedelta(days=days), timezone) for days in (-1, 0, 1, 2)]
    start = max(midnight for midnight in midnights if midnight <= at)
    return start, min(midnight for midnight in midnights if midnight > at)


def _midnight(day: date, timezone: str) -> datetime:
    """Give the first instant of that local time; if the clock skips it, the jump."""
    return datetime.combine(day, time(fold=0), ZoneInfo(timezone)).astimezone(UTC)


def buckets_between(start: datetime, end: datetime, timezone: str, of: BucketOf) -> list[Bucket]:
    """Give the buckets from the one of `start` to the one of `end`, in order."""
    buckets = [of(start, timezone)]
    while buckets[-1][1] <= end:
        buckets.append(of(buckets[-1][1], timezone))
    return buckets
