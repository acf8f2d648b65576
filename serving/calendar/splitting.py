"""A range as whole hours or whole days, which are stored, and what is left of it at the ends."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from serving.answering.snapshot import Snapshot
from serving.calendar.local_hours import DAY, HOUR, full_hour
from serving.chosen import Chosen, Span
from serving.queries.split_range import SplitRange

Bounds = tuple[datetime | None, datetime | None]


@dataclass(frozen=True)
class Unit:
    """What a range is split into: its length, and the last one that starts up to an instant."""

    length: timedelta
    full: Callable[[datetime, ZoneInfo], datetime]


def full_day(at: datetime, zone: ZoneInfo) -> datetime:
    """Give the last midnight up to an instant, if the clock ran evenly since."""
    local = at.astimezone(zone)
    return full_hour(at, zone) - timedelta(hours=local.hour)


HOURS = Unit(HOUR, full_hour)
DAYS = Unit(DAY, full_day)


def split_hours(chosen: Chosen, snapshot: Snapshot) -> SplitRange:
    """Split a range into the whole hours of each site's zone, and the rest.

    Either is None where nothing falls to it. Filters on sessions are all rest: hours do not know
    which session an event belongs to.
    """
    if chosen.is_of_sessions:
        return SplitRange(chosen, None, chosen)
    return _split(chosen, snapshot, HOURS)


def split_days(chosen: Chosen, snapshot: Snapshot) -> SplitRange:
    """Split a range into the whole days of each site's zone, and the rest.

    Filters on persons and sessions are all rest: days know the lengths of sessions only.
    """
    if chosen.is_of_persons:
        return SplitRange(chosen, None, chosen)
    return _split(chosen, snapshot, DAYS)


def _split(chosen: Chosen, snapshot: Snapshot, unit: Unit) -> SplitRange:
    if not snapshot.zones:
        return SplitRange(chosen, None, chosen)
    whole: dict[Bounds, list[str]] = {}
    rest: dict[Bounds, list[str]] = {}
    zones = set(snapshot.zones.values())
    for span in chosen.spans:
        split = {zone: _split_span(span, zone, snapshot.as_of, unit) for zone in zones}
        for site_id in span.site_ids or snapshot.zones:
            inner, ends = split[snapshot.zones[site_id]]
            if inner:
                whole.setdefault(inner, []).append(site_id)
            for end in ends:
                rest.setdefault(end, []).append(site_id)
    is_of_all = len(chosen.spans) == 1 and chosen.spans[0].site_ids is None
    all_sites = len(snapshot.zones) if is_of_all else None
    # Sites are named even where all are meant: the index of what is stored begins with them.
    return SplitRange(chosen, _of(chosen, whole, None), _of(chosen, rest, all_sites))


def _of(chosen: Chosen, bounds: dict[Bounds, list[str]], all_sites: int | None) -> Chosen | None:
    if not bounds:
        return None
    spans = tuple(
        Span(start, end, None if len(sites) == all_sites else tuple(sites))
        for (start, end), sites in bounds.items()
    )
    return replace(chosen, spans=spans)


def _split_span(
    span: Span, zone: ZoneInfo, clock: datetime | None, unit: Unit
) -> tuple[Bounds | None, list[Bounds]]:
    start, end = span.start, span.end
    if end is not None and clock is not None and end > clock:
        end = None  # there is nothing behind the data clock, so that its hour and day are whole
    try:
        first = None if start is None else _first_from(start, zone, unit)
        last = None if end is None else _last_until(end, zone, unit)
    except OverflowError:
        return None, [(start, end)]
    if first is not None and last is not None and first >= last:
        return None, [(start, end)]
    ends = [
        (start, first) if start != first else None,
        (last, end) if last != end else None,
    ]
    return (first, last), [bounds for bounds in ends if bounds]


def _first_from(at: datetime, zone: ZoneInfo, unit: Unit) -> datetime:
    """Give the start of the first whole unit from an instant on, behind any change of the clock."""
    start = unit.full(at, zone)
    start = start if start == at else start + unit.length
    while _is_odd(start, zone, unit):
        start = unit.full(start + unit.length, zone)
    return start


def _last_until(at: datetime, zone: ZoneInfo, unit: Unit) -> datetime:
    """Give the end of the last whole unit up to an instant, before any change of the clock."""
    end = unit.full(at, zone)
    while _is_odd(end, zone, unit):
        end = unit.full(end - unit.length, zone)
    return end


def _is_odd(at: datetime, zone: ZoneInfo, unit: Unit) -> bool:
    """Tell whether a clock changes around an instant: where it jumps, units are cut or longer."""
    around = {(at + number * unit.length).astimezone(zone).utcoffset() for number in (-1, 0, 1)}
    return len(around) > 1
