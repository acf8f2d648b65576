"""Which buckets a series has at each site."""

from collections.abc import Sequence

from serving.chosen import Chosen, Span
from serving.errors import Problem, invalid
from serving.queries.occupancy import Granularity
from serving.queries.published import Camera
from serving.ranges import INSTANT
from serving.series import Window
from serving.snapshot import Snapshot

MOST_POINTS = 50_000


def windows_of(
    chosen: Chosen, cameras: Sequence[Camera], snapshot: Snapshot, granularity: Granularity
) -> dict[str, Window]:
    """Give the window of each site; without from and to, from the first event to the data clock.

    Raises a 422 where the series would be longer than anyone reads.
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
            snapshot.zones[site_id],
            granularity,
            clock,
        )
        for site_id, span in spans.items()
    }
    _check_size(windows, cameras)
    return windows


def _span_by_site(chosen: Chosen, cameras: Sequence[Camera]) -> dict[str, Span]:
    sites = {camera.site_id for camera in cameras}
    return {
        site_id: span
        for span in chosen.spans
        for site_id in sorted(sites)
        if span.site_ids is None or site_id in span.site_ids
    }


def _check_size(windows: dict[str, Window], cameras: Sequence[Camera]) -> None:
    size = sum(windows[camera.site_id].size for camera in cameras)
    if size > MOST_POINTS:
        raise _too_long(size)
    try:
        for window in windows.values():
            _ = window.edges
    except OverflowError:
        raise invalid("from", "The range reaches beyond the years 1 to 9999.") from None


def _too_long(size: int) -> Problem:
    detail = (
        f"The series would have {size:,} points, more than {MOST_POINTS:,}: ask a shorter range, "
        "fewer cameras or a coarser granularity."
    )
    return invalid("granularity", detail)
