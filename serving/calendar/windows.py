"""Which buckets a series has at each site."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from serving.answering.snapshot import Snapshot
from serving.calendar.ranges import INSTANT
from serving.calendar.series import STEPS, Window
from serving.choices import Granularity
from serving.chosen import Chosen, Span
from serving.errors import ProblemError, invalid
from serving.queries.published import Camera

MOST_POINTS = 50_000
COARSEST = list(STEPS)[-1]


def windows_of(
    chosen: Chosen,
    cameras: Sequence[Camera],
    snapshot: Snapshot,
    granularity: Granularity,
    zone: ZoneInfo | None = None,
) -> dict[str, Window]:
    """Give the window of each site; without from and to, from the first event to the data clock.

    Buckets are those of `zone`, or else of the zone of the site. How many there are is not checked.
    """
    clock = snapshot.as_of
    if clock is None:
        return {}
    first = min((camera.first_event_at or clock for camera in cameras), default=clock)
    spans = _span_by_site(chosen, cameras)
    windows = {
        site_id: Window(
            span.start or first,
            span.end or clock + INSTANT,
            zone or snapshot.zones[site_id],
            granularity,
            clock,
        )
        for site_id, span in spans.items()
    }
    # Equal ones are one, which makes the labels of its buckets once.
    distinct = {window: window for window in windows.values()}
    return {site_id: distinct[window] for site_id, window in windows.items()}


def _span_by_site(chosen: Chosen, cameras: Sequence[Camera]) -> dict[str, Span]:
    sites = {camera.site_id for camera in cameras}
    return {
        site_id: span
        for span in chosen.spans
        for site_id in sorted(sites)
        if span.site_ids is None or site_id in span.site_ids
    }


def whole_days(chosen: Chosen, snapshot: Snapshot) -> Chosen:
    """Give the filters with the days of each site's zone that their range touches, whole."""
    spans = [
        replace(span, start=_midnight(span.start, zone), end=_midnight(span.end, zone, after=True),
                site_ids=(site_id,))
        for site_id, zone in snapshot.zones.items()
        for span in chosen.spans
        if span.site_ids is None or site_id in span.site_ids
    ]  # fmt: skip
    return replace(chosen, spans=tuple(spans))


def _midnight(at: datetime | None, zone: ZoneInfo, *, after: bool = False) -> datetime | None:
    """Give the midnight before an instant, or the one after; an instant at midnight is its own."""
    if at is None:
        return None
    try:
        inside = at - INSTANT if after else at
        edges = Window(inside, inside + INSTANT, zone, "day", at).edges
    except OverflowError:
        return at
    return edges[-1] if after else edges[0]


def points_in(windows: Iterable[Window]) -> int:
    """Give about how many points the series of these windows have."""
    return sum(window.size for window in windows)


def check_windows(windows: Iterable[Window]) -> None:
    """Raise a 422 where series would be longer than anyone reads, or leave the calendar."""
    windows = list(windows)
    if (size := points_in(windows)) > MOST_POINTS:
        raise _too_long(size, windows[0].granularity)
    try:
        for window in windows:
            _ = window.labels
    except OverflowError:
        raise invalid("from", "The range reaches beyond the years 1 to 9999.") from None


def _too_long(size: int, granularity: Granularity) -> ProblemError:
    told = f"The series would have {size:,} points, more than {MOST_POINTS:,}"
    if granularity == COARSEST:
        return invalid("from", f"{told}: ask for a shorter range or fewer cameras.")
    advice = "ask for a shorter range, fewer cameras or a coarser granularity"
    return invalid("granularity", f"{told}: {advice}.")
