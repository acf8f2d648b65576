"""Where the clocks of time zones jump."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

SINCE, UNTIL = datetime(1970, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
# Where a clock jumps by half an hour, back over midnight within an hour, by whole hours, never.
JUMPS = [
    ("Australia/Lord_Howe", "2010-04-03T15:00+00:00"),
    ("Australia/Lord_Howe", "2026-10-03T15:30+00:00"),
    ("America/St_Johns", "2009-11-01T02:31+00:00"),
    ("America/Goose_Bay", "2010-11-07T03:01+00:00"),
    ("Asia/Pyongyang", "2015-08-14T15:00+00:00"),
    ("Pacific/Chatham", "2025-04-05T14:00+00:00"),
    ("Europe/Berlin", "2026-10-25T01:00+00:00"),
    ("America/Sao_Paulo", "2017-02-19T02:00+00:00"),
    ("UTC", "2026-03-01T00:00+00:00"),
]


class Jump(NamedTuple):
    """When a clock jumped, as an instant and as it showed before, and by how much."""

    at: datetime
    shown: datetime
    by: timedelta


def jumps(zone: str) -> list[Jump]:
    """Give all jumps of a zone's clock."""
    clock, found, at = ZoneInfo(zone), [], SINCE
    while at < UNTIL:
        before, after = at, at + timedelta(days=14)
        by = after.astimezone(clock).utcoffset() - at.astimezone(clock).utcoffset()  # type: ignore[operator]
        at = after
        if not by:
            continue
        while after - before > timedelta(seconds=1):
            middle = (before + (after - before) / 2).replace(microsecond=0)
            is_before = middle.astimezone(clock).utcoffset() == before.astimezone(clock).utcoffset()
            before, after = (middle, after) if is_before else (before, middle)
        shown = after.replace(tzinfo=None) + before.astimezone(clock).utcoffset()  # type: ignore[operator]
        found.append(Jump(after, shown, by))
    return found
