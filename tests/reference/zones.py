"""Where the hours, days and weeks of a time zone begin, as instants in UTC."""

from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

Bucket = tuple[datetime, datetime]
BucketOf = Callable[[datetime, str], Bucket]
MINUTE = timedelta(minutes=1)


def hour_of(at: datetime, timezone: str) -> Bucket:
    """Give the start and end of the local hour."""
    return _hour_from(_full_hour(at, timezone), timezone)


@lru_cache(maxsize=100_000)
def day_of(at: datetime, timezone: str) -> Bucket:
    """Give the start and end of the local day: from one first midnight to the next."""
    today = local_date(at, timezone)
    return _between((today + timedelta(days=days) for days in (-1, 0, 1, 2)), at, timezone)


@lru_cache(maxsize=100_000)
def week_of(at: datetime, timezone: str) -> Bucket:
    """Give the start and end of the local ISO week: from Monday's first midnight to the next."""
    today = local_date(at, timezone)
    monday = today - timedelta(days=today.weekday())
    return _between((monday + timedelta(weeks=weeks) for weeks in (-1, 0, 1, 2)), at, timezone)


def bucket_date(at: datetime, timezone: str) -> date:
    """Give the date of the day that an instant counts in: a clock may jump back over midnight."""
    return local_date(hour_of(at, timezone)[0], timezone)


def local_date(at: datetime, timezone: str) -> date:
    """Give the date that a calendar on the site's wall shows."""
    return at.astimezone(ZoneInfo(timezone)).date()


def midnight(day: date, timezone: str) -> datetime:
    """Give the first instant of that local time; if the clock skips it, the jump."""
    return datetime.combine(day, time(fold=0), ZoneInfo(timezone)).astimezone(UTC)


def buckets_between(start: datetime, end: datetime, timezone: str, of: BucketOf) -> list[Bucket]:
    """Give the buckets from the one of `start` to the one of `end`, in order."""
    buckets = [of(start, timezone)]
    while buckets[-1][1] <= end:
        buckets.append(of(buckets[-1][1], timezone))
    return buckets


def _full_hour(at: datetime, timezone: str) -> datetime:
    """Give the last full hour, if the clock ran evenly since."""
    local = at.astimezone(ZoneInfo(timezone))
    into = timedelta(minutes=local.minute, seconds=local.second, microseconds=local.microsecond)
    return at.astimezone(UTC) - into


@lru_cache(maxsize=100_000)
def _hour_from(start: datetime, timezone: str) -> Bucket:
    """Give the part of the hour from `start` that the clock counts to it.

    That is all of it, but where the clock jumps by half an hour: the hour is cut at the jump.
    """
    minutes = [start + number * MINUTE for number in range(60)]
    own = [minute for minute in minutes if _full_hour(minute, timezone) == start]
    return own[0], own[-1] + MINUTE


def _between(days: Iterable[date], at: datetime, timezone: str) -> Bucket:
    midnights = [midnight(day, timezone) for day in days]
    start = max(instant for instant in midnights if instant <= at)
    return start, min(instant for instant in midnights if instant > at)
