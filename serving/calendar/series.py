"""Series without gaps: every bucket of a range, zeros where nothing is stored."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import orjson

from serving.calendar.local_hours import SECOND, Label, hours_around, label
from serving.choices import Granularity

STEPS: dict[Granularity, timedelta] = {
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
    "week": timedelta(weeks=1),
}


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
        if self.granularity == "hour":
            return [datetime.fromtimestamp(hour.second, UTC) for hour in self._hours]
        local = self.start.astimezone(self.zone)
        weekday = local.weekday() if self.granularity == "week" else 0
        return self._days(local.date() - timedelta(days=weekday))

    @cached_property
    def bounds(self) -> tuple[datetime, datetime] | None:
        """The start of the first bucket and the end of the last, None where there is none."""
        if self.start >= self.end:
            return None
        if self.granularity == "hour":  # thousands of edges, where two are asked for
            first, end = (datetime.fromtimestamp(self._hours[at].second, UTC) for at in (0, -1))
            return first, end
        return self.edges[0], self.edges[-1]

    @cached_property
    def labels(self) -> list[Label]:
        """Each bucket's start.

        Raises OverflowError where the zone's clock would show a year that there is not.
        """
        if self.granularity == "hour" and self.start < self.end:
            return self._hours[:-1]
        return [label(edge, self.zone) for edge in self.edges[:-1]]

    @cached_property
    def _hours(self) -> list[Label]:
        return hours_around(self.start, self.end, self.zone)

    def _days(self, day: date) -> list[datetime]:
        edges = [_midnight(day, self.zone)]
        while edges[-1] < self.end:
            day += STEPS[self.granularity]
            edge = _midnight(day, self.zone)
            if edge > edges[-1]:  # who crosses the date line skips a date
                edges.append(edge)
        return edges


def points(
    ids: Mapping[str, object],
    measures: Iterable[str],
    window: Window,
    stored: Mapping[str, str],
    *,
    is_alive: bool,
) -> list[str]:
    """Give a series as JSON, each point beginning with its `ids`.

    `stored` has the measures of buckets as JSON, by the keys of their labels. One that is not
    stored holds zeros; where nothing at all was sent, nothing is known, and all of them hold nulls.
    Written at once, for a long series is tens of thousands of points.
    """
    if window.bounds is None:
        return []
    clock = window.clock.timestamp()
    current = bisect_right(window.labels, clock, key=SECOND) - 1
    opening = orjson.dumps(ids).decode().removesuffix("}")
    nothing = "0" if stored or is_alive else "null"
    empty = ",".join(f'"{name}":{nothing}' for name in measures)
    written = [
        f'{opening},"bucket_start":"{text}",{stored.get(key, empty)},"partial":false}}'
        for _, key, text in window.labels
    ]
    if current >= 0 and clock < window.bounds[1].timestamp():
        written[current] = written[current].removesuffix("false}") + "true}"
    return written


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    """Give the instant a day begins: of two midnights the first, of a skipped one the jump."""
    return datetime.combine(day, time(), zone).astimezone(UTC)
