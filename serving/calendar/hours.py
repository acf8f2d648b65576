"""A range as whole hours, which are stored, and what is left of it at the ends."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from serving.answering.snapshot import Snapshot
from serving.calendar.local_hours import HOUR, full_hour
from serving.chosen import Chosen, Span
from serving.queries.seen import SplitRange

Bounds = tuple[datetime | None, datetime | None]


def split_hours(chosen: Chosen, snapshot: Snapshot) -> SplitRange:
    """Split a range into the whole hours of each site's zone, and the rest.

    Either is None where nothing falls to it. Filters on sessions are all rest: hours do not know
    which session an event belongs to.
    """
    if chosen.is_of_sessions or not snapshot.zones:
        return SplitRange(chosen, None, chosen)
    hours: dict[Bounds, list[str]] = {}
    rest: dict[Bounds, list[str]] = {}
    zones = set(snapshot.zones.values())
    for span in chosen.spans:
        split = {zone: _split(span, zone, snapshot.as_of) for zone in zones}
        for site_id in span.site_ids or snapshot.zones:
            whole, ends = split[snapshot.zones[site_id]]
            if whole:
                hours.setdefault(whole, []).append(site_id)
            for end in ends:
                rest.setdefault(end, []).append(site_id)
    is_of_all = len(chosen.spans) == 1 and chosen.spans[0].site_ids is None
    all_sites = len(snapshot.zones) if is_of_all else None
    # Sites are named even where all are meant: the index of the hours begins with them.
    return SplitRange(chosen, _of(chosen, hours, None), _of(chosen, rest, all_sites))


def _of(chosen: Chosen, bounds: dict[Bounds, list[str]], all_sites: int | None) -> Chosen | None:
    if not bounds:
        return None
    spans = tuple(
        Span(start, end, None if len(sites) == all_sites else tuple(sites))
        for (start, end), sites in bounds.items()
    )
    return replace(chosen, spans=spans)


def _split(
    span: Span, zone: ZoneInfo, clock: datetime | None
) -> tuple[Bounds | None, Iterable[Bounds]]:
    start, end = span.start, span.end
    if end is not None and clock is not None and end > clock:
        end = None  # there is nothing behind the data clock, so that its hour is whole
    try:
        first = None if start is None else _hour_from(start, zone)
        last = None if end is None else _hour_until(end, zone)
    except OverflowError:
        return None, [(start, end)]
    if first is not None and last is not None and first >= last:
        return None, [(start, end)]
    ends = [
        (start, first) if start != first else None,
        (last, end) if last != end else None,
    ]
    return (first, last), [bounds for bounds in ends if bounds]


def _hour_from(at: datetime, zone: ZoneInfo) -> datetime:
    """Give the first full hour from an instant on, behind any change of the clock."""
    hour = full_hour(at, zone)
    hour = hour if hour == at else hour + HOUR
    while _is_odd(hour, zone):
        hour = full_hour(hour + HOUR, zone)
    return hour


def _hour_until(at: datetime, zone: ZoneInfo) -> datetime:
    """Give the last full hour up to an instant, before any change of the clock."""
    hour = full_hour(at, zone)
    while _is_odd(hour, zone):
        hour = full_hour(hour - HOUR, zone)
    return hour


def _is_odd(hour: datetime, zone: ZoneInfo) -> bool:
    """Tell whether a clock changes around an hour: where it jumps by half of one, hours are cut."""
    around = {(hour + number * HOUR).astimezone(zone).utcoffset() for number in (-1, 0, 1)}
    return len(around) > 1
