"""Where the clocks of time zones jump."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

SINCE, UNTIL = datetime(1970, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
# Where a clock jumps by half an hour, back over midnight within an hour, by whole hours, back to or
# over midnight by more or less than one hour, never.
JUMPS = [
    ("Australia/Lord_Howe", "2010-04-03T15:00+00:00"),
    ("Australia/Lord_Howe", "2026-10-03T15:30+00:00"),
    ("America/St_Johns", "2009-11-01T02:31+00:00"),
    ("America/Goose_Bay", "2010-11-07T03:01+00:00"),
    ("Asia/Pyongyang", "2015-08-14T15:00+00:00"),
    ("Pacific/Chatham", "2025-04-05T14:00+00:00"),
    ("Europe/Berlin", "2026-10-25T01:00+00:00"),
    ("America/Sao_Paulo", "2017-02-19T02:00+00:00"),
    ("Asia/Magadan", "2014-10-25T14:00+00:00"),
    ("Antarctica/Casey", "2020-03-07T16:00+00:00"),
    ("Asia/Colombo", "2006-04-14T18:30+00:00"),
    ("UTC", "2026-03-01T00:00+00:00"),
]


class Jump(NamedTuple):
    """When a clock jumped, as an instant and as it showed before, and by how much."""

    at: datetime
    shown: datetime
    by: timedelta


def jumps(zone: str) -> list[Jump]:
    """Give all jumps of a zone's clock.

    Instants bear the zone, as `fromutc` wants them, and are in UTC all the same: so no look has to
    make another one first.
    """
    clock, found = ZoneInfo(zone), []
    at, until = SINCE.replace(tzinfo=clock), UNTIL.replace(tzinfo=clock)
    ahead = clock.fromutc(at) - at
    while at < until:
        before, was_ahead = at, ahead
        at += timedelta(days=14)
        ahead = clock.fromutc(at) - at
        if ahead == was_ahead:
            continue
        after = at
        while after - before > timedelta(seconds=1):
            middle = (before + (after - before) / 2).replace(microsecond=0)
            if clock.fromutc(middle) - middle == was_ahead:
                before = middle
            else:
                after = middle
        shown = after.replace(tzinfo=None) + was_ahead
        found.append(Jump(after.replace(tzinfo=UTC), shown, ahead - was_ahead))
    return found
