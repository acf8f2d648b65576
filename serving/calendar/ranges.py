"""Ranges of time: `from` and `to` as they are written, and what they mean at each site."""

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from serving.chosen import Span
from serving.errors import echo, invalid

UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
LAST = re.compile(r"([1-9][0-9]{0,5})([mhdw])", re.ASCII)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
# In a query string a bare + means a blank, so that +01:00 arrives as " 01:00".
LOST_PLUS = re.compile(r"(.*[0-9]:[0-9].*) ([0-9]{2}:?[0-9]{2})", re.ASCII)
FIRST = datetime.min.replace(tzinfo=UTC)
LAST_INSTANT = datetime.max.replace(tzinfo=UTC)
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Range:
    """Bounds as they were asked: naive ones are wall time at each site, others are instants."""

    start: datetime | None = None
    end: datetime | None = None

    def spans(self, zones: Mapping[str, ZoneInfo]) -> tuple[Span, ...]:
        """Give the instants: one span where all sites agree, else one for each opinion."""
        opinions: dict[tuple[datetime | None, datetime | None], list[str]] = {}
        for site_id, zone in zones.items():
            opinion = (_instant(self.start, zone), _instant(self.end, zone))
            opinions.setdefault(opinion, []).append(site_id)
        for start, end in opinions:
            if start and end and start > end:
                raise invalid("from", "from lies after to; swap them.")
        if len(opinions) <= 1:
            return tuple(Span(start, end) for start, end in opinions)
        return tuple(Span(start, end, tuple(sites)) for (start, end), sites in opinions.items())

    def previous(self, length: timedelta | None = None) -> "Range | None":
        """Give the range that ends where this one starts, of `length` or of the same.

        There is none where this one has not two bounds of one kind, and none before the year 1.
        """
        if self.start is None or self.end is None or _differ_in_kind(self.start, self.end):
            return None
        try:
            return Range(self.start - (length or self.end - self.start), self.start)
        except OverflowError:
            return None

    @property
    def why_no_previous(self) -> str:
        """Say why there is none, and what to ask for."""
        if self.start is None or self.end is None:
            return "compare=previous needs a range; give from and to, or last."
        if _differ_in_kind(self.start, self.end):
            return "compare=previous needs from and to of one kind: two dates or two instants."
        return "compare=previous needs an earlier range of that length, and there is none."


def parse_bound(name: str, text: str) -> datetime:
    """Read a date (its midnight), a wall time or an instant; raises the 422 that says how."""
    repaired = LOST_PLUS.sub(r"\1+\2", text)
    try:
        if DAY.fullmatch(text):
            day = date.fromisoformat(text)
            return datetime(day.year, day.month, day.day)  # noqa: DTZ001 - wall time at the site
        if "T" not in text.upper() and " " not in text:
            raise ValueError(text)
        return datetime.fromisoformat(repaired)
    except ValueError:
        detail = (
            f"{name} is {echo(text)}: write a date such as 2026-03-01 (in the site's time zone) "
            "or an instant such as 2026-03-01T08:00:00Z."
        )
        raise invalid(name, detail) from None


def parse_last(text: str) -> timedelta:
    """Read a length such as 12h or 7d."""
    match = LAST.fullmatch(text)
    if not match:
        detail = f"last is {echo(text)}: write a length such as 90m, 12h, 7d or 4w."
        raise invalid("last", detail)
    return timedelta(**{UNITS[match[2]]: int(match[1])})


def range_until(clock: datetime | None, length: timedelta) -> Range:
    """Give the range of that length up to and including the data clock."""
    if clock is None:
        return Range()
    try:
        return Range(clock - length, clock + INSTANT)
    except OverflowError:
        raise invalid("last", "last reaches back before the year 1.") from None


def _differ_in_kind(start: datetime, end: datetime) -> bool:
    """Tell whether one is wall time and the other an instant."""
    return (start.tzinfo is None) != (end.tzinfo is None)


def _instant(bound: datetime | None, zone: ZoneInfo) -> datetime | None:
    """Give the instant of a bound; of wall times that occur twice, the first."""
    if bound is None:
        return None
    try:
        return bound.astimezone(UTC) if bound.tzinfo else _wall_instant(bound, zone)
    except OverflowError:
        return FIRST if bound.year == 1 else LAST_INSTANT


def _wall_instant(wall: datetime, zone: ZoneInfo) -> datetime:
    """Give the instant of a wall time; of one that is skipped, that of the jump.

    So a later wall time is never an earlier instant.
    """
    early, instant = (wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (1, 0))
    if instant.astimezone(zone).replace(tzinfo=None) == wall:
        return instant
    seconds = range(int(early.timestamp()), int(instant.timestamp()) + 1)
    offset = _offset(seconds[-1], zone)
    jump = bisect_left(seconds, 1, key=lambda second: int(_offset(second, zone) == offset))
    return datetime.fromtimestamp(seconds[jump], UTC)


def _offset(second: int, zone: ZoneInfo) -> timedelta | None:
    return datetime.fromtimestamp(second, zone).utcoffset()
