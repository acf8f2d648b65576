"""Series without gaps: every bucket of a range, zeros where nothing is stored."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from itertools import pairwise
from zoneinfo import ZoneInfo

import orjson

from serving.queries.series import Bucket, Granularity

STEPS: dict[Granularity, timedelta] = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
Label = tuple[datetime, str, bool]


@dataclass(frozen=True)
class Window:
    """The buckets of a site's zone that overlap the instants `[start, end)`."""

    start: datetime
    end: datetime
    zone: ZoneInfo
    granularity: Granularity
    clock: datetime

    @property
    def size(self) -> int:
        """About how many buckets there are, without making them."""
        return max(0, (self.end - self.start) // STEPS[self.granularity] + 1)

    @cached_property
    def edges(self) -> list[datetime]:
        """The start of each bucket, and the end of the last."""
        if self.start >= self.end:
            return []
        local = self.start.astimezone(self.zone)
        if self.granularity == "hour":
            past = timedelta(minutes=local.minute, seconds=local.second)
            return self._hours(self.start - past - timedelta(microseconds=local.microsecond))
        weekday = local.weekday() if self.granularity == "week" else 0
        return self._days(local.date() - timedelta(days=weekday))

    @cached_property
    def labels(self) -> list[Label]:
        """Each bucket's start, the same as text, and whether the data clock is in it."""
        return self._labels(self.edges)

    def labels_with(self, stored: Mapping[datetime, Bucket]) -> list[Label]:
        """Give the labels, and those of stored buckets that start off the beat.

        There are such where a clock jumps by half an hour.
        """
        if stored.keys() <= self._starts:
            return self.labels
        return self._labels(sorted(self._starts.union(stored)))

    @cached_property
    def _starts(self) -> frozenset[datetime]:
        return frozenset(self.edges)

    def _hours(self, first: datetime) -> list[datetime]:
        edges = [first]
        while edges[-1] < self.end:
            edges.append(edges[-1] + STEPS["hour"])
        return edges

    def _days(self, day: date) -> list[datetime]:
        edges = [_midnight(day, self.zone)]
        while edges[-1] < self.end:
            day += STEPS[self.granularity]
            edges.append(_midnight(day, self.zone))
        return edges

    def _labels(self, edges: Sequence[datetime]) -> list[Label]:
        return [
            (start, start.astimezone(self.zone).isoformat(), start <= self.clock < end)
            for start, end in pairwise(edges)
        ]


def points(
    told: Mapping[str, object],
    measures: Iterable[str],
    window: Window,
    stored: Mapping[datetime, Bucket],
    *,
    is_alive: bool,
) -> list[str]:
    """Give a series as JSON, each point beginning with `told`.

    A bucket that is not stored holds zeros; where nothing at all was sent, nothing is known, and
    all of them hold nulls. Written at once, for a long series is tens of thousands of points.
    """
    if not window.edges:
        return []
    first, *_, last = window.edges
    stored = {start: bucket for start, bucket in stored.items() if first <= start < last}
    opening = orjson.dumps(told).decode().removesuffix("}")
    measured = ",".join(f'"{name}":%s' for name in measures)
    empty = measured.replace("%s", "0" if stored or is_alive else "null")
    return [
        f'{opening},"bucket_start":"{text}",'
        f"{measured % stored[start] if start in stored else empty},"
        f'"partial":{"true" if is_partial else "false"}}}'
        for start, text, is_partial in window.labels_with(stored)
    ]


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """Give the instant a day begins: of two midnights the first, of a skipped one the jump."""
    return datetime.combine(day, time(), zone).astimezone(UTC)
