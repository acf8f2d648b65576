"""Means, percentiles and unions, exact up to the last step."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from fractions import Fraction

Interval = tuple[datetime, datetime]
MICROSECOND = timedelta(microseconds=1)


def seconds(duration: timedelta) -> Fraction:
    """Give a length in seconds, exactly."""
    return Fraction(duration // MICROSECOND, 1_000_000)


def percentile(values: Sequence[Fraction], share: Fraction) -> Fraction:
    """Interpolate between the two values nearest to the share, as `percentile_cont` does."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def clipped(interval: Interval, to: Interval) -> Interval | None:
    """Give the part of an interval inside another, None if it is empty."""
    start, end = max(interval[0], to[0]), min(interval[1], to[1])
    return (start, end) if start < end else None


def united_length(intervals: Iterable[Interval]) -> timedelta:
    """Give the time that at least one interval covers."""
    covered = timedelta()
    until: datetime | None = None
    for start, end in sorted(intervals):
        begin = start if until is None else max(start, until)
        if end > begin:
            covered += end - begin
            until = end
    return covered


def peak(intervals: Sequence[Interval]) -> int:
    """Give the most half-open intervals at one instant; it is at the start of one of them."""
    return max((sum(a <= start < b for a, b in intervals) for start, _ in intervals), default=0)
