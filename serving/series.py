"""Series without gaps: every bucket of a range, zeros where nothing is stored."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property, lru_cache
from zoneinfo import ZoneInfo

import orjson

from serving.queries.series import Granularity

STEPS: dict[Granularity, timedelta] = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}
DAYS_REMEMBERED = 2000
Label = tuple[int, str]


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
        """Each bucket's start, as seconds since 1970 and as text with the offset of its zone.

        Raises OverflowError where the zone's clock would show a year that there is not.
        """
        if self.granularity == "hour" and self.edges:
            return _labels_of_hours(self.edges, self.zone)
        return [_label(edge, self.zone) for edge in self.edges[:-1]]

    def labels_with(self, stored: Mapping[int, str]) -> list[Label]:
        """Give the labels, and those of stored buckets that start off the beat.

        There are such where a clock jumps by half an hour.
        """
        if stored.keys() <= self._starts:
            return self.labels
        first, until = (edge.timestamp() for edge in (self.edges[0], self.edges[-1]))
        odd = [start for start in stored.keys() - self._starts if first <= start < until]
        return sorted(
            self.labels + [_label(datetime.fromtimestamp(start, UTC), self.zone) for start in odd]
        )

    @cached_property
    def _starts(self) -> frozenset[int]:
        return frozenset(start for start, _ in self.labels)

    def _hours(self, first: datetime) -> list[datetime]:
        edges = [first]
        while edges[-1] < self.end:
            edges.append(edges[-1] + STEPS["hour"])
        return edges

    def _days(self, day: date) -> list[datetime]:
        edges = [_midnight(day, self.zone)]
        while edges[-1] < self.end:
            day += STEPS[self.granularity]
            edge = _midnight(day, self.zone)
            if edge > edges[-1]:  # who crosses the date line skips a date
                edges.append(edge)
        return edges


def points(
    told: Mapping[str, object],
    measures: Iterable[str],
    window: Window,
    stored: Mapping[int, str],
    *,
    is_alive: bool,
) -> list[str]:
    """Give a series as JSON, each point beginning with `told`.

    `stored` has the measures of buckets as JSON, by the seconds since 1970 at which they start. One
    that is not stored holds zeros; where nothing at all was sent, nothing is known, and all of them
    hold nulls. Written at once, for a long series is tens of thousands of points.
    """
    if not window.edges:
        return []
    labels = window.labels_with(stored)
    clock = window.clock.timestamp()
    current = bisect_right(labels, clock, key=lambda label: label[0]) - 1
    opening = orjson.dumps(told).decode().removesuffix("}")
    nothing = "0" if stored or is_alive else "null"
    empty = ",".join(f'"{name}":{nothing}' for name in measures)
    written = [
        f'{opening},"bucket_start":"{text}",{stored.get(start, empty)},"partial":false}}'
        for start, text in labels
    ]
    if current >= 0 and clock < window.edges[-1].timestamp():
        written[current] = written[current].removesuffix("false}") + "true}"
    return written


def _labels_of_hours(edges: list[datetime], zone: ZoneInfo) -> list[Label]:
    """Give the labels of hours that follow one another, from those of whole days of UTC."""
    first_day = edges[0] - timedelta(hours=edges[0].hour)
    days = (edges[-2].date() - first_day.date()).days + 1
    labels: list[Label] = []
    for number in range(days):
        labels += _labels_of_day(first_day + timedelta(days=number), zone)
    return labels[edges[0].hour : edges[0].hour + len(edges) - 1]


# Asking a zone for its offset is half of what a series costs.
@lru_cache(DAYS_REMEMBERED)
def _labels_of_day(first: datetime, zone: ZoneInfo) -> tuple[Label, ...]:
    return tuple(_label(first + number * STEPS["hour"], zone) for number in range(24))


def _label(start: datetime, zone: ZoneInfo) -> Label:
    return int(start.timestamp()), start.astimezone(zone).isoformat()


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """Give the instant a day begins: of two midnights the first, of a skipped one the jump."""
    return datetime.combine(day, time(), zone).astimezone(UTC)
