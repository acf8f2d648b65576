"""Means, percentiles and unions, exact up to the last step."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

Interval = tuple[datetime, datetime]
Exact = Fraction | int
"""A number that is not rounded; an int says the same as a Fraction."""
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Dwell:
    """Statistics of lengths, in seconds; all null where there is none."""

    total: Fraction | None = None
    avg: Fraction | None = None
    median: Fraction | None = None
    p90: Fraction | None = None
    max: Fraction | None = None


def dwell_of(lengths: Iterable[timedelta]) -> Dwell:
    """Give the statistics of some dwells."""
    dwells = [seconds(length) for length in lengths]
    if not dwells:
        return Dwell()
    total = sum(dwells, Fraction())
    median, p90 = percentile(dwells, Fraction(1, 2)), percentile(dwells, Fraction(9, 10))
    return Dwell(total, total / len(dwells), median, p90, max(dwells))


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


def united(intervals: Iterable[Interval]) -> list[Interval]:
    """Give the same time as intervals that neither overlap nor touch, in order."""
    union: list[Interval] = []
    for start, end in sorted(intervals):
        if union and start <= union[-1][1]:
            union[-1] = (union[-1][0], max(union[-1][1], end))
        else:
            union.append((start, end))
    return union


def length_of(intervals: Iterable[Interval]) -> timedelta:
    """Give the lengths of intervals, added up."""
    return sum((end - start for start, end in intervals), timedelta())


def peak(intervals: Sequence[Interval]) -> int:
    """Give the most half-open intervals at one instant; it is at the start of one of them."""
    return max((sum(a <= start < b for a, b in intervals) for start, _ in intervals), default=0)
