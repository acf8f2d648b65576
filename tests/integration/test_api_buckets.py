"""The API's SQL counts an instant in the hour and on the date that the models count it in."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import psycopg
import pytest
from psycopg import sql

from serving.queries.buckets import UNEVEN_ZONES, bucket_date, hour_start
from tests.reference.zones import hour_of, local_date

SINCE, UNTIL = datetime(1970, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
AT, ZONE = sql.Identifier("at"), sql.Identifier("zone")
QUERY = sql.SQL("select {}, {} from unnest(%s::timestamptz[], %s::text[]) as asked (at, zone)")
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


def jumps(zone: str) -> list[tuple[datetime, timedelta]]:
    """Give when the clock of a zone jumped, as it showed before, and by how much."""
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
        found.append((after.replace(tzinfo=None) + before.astimezone(clock).utcoffset(), by))  # type: ignore[operator]
    return found


@pytest.mark.parametrize(("zone", "jump"), JUMPS)
def test_hours_and_dates_are_those_of_the_models_where_a_clock_jumps(
    server_url: str, zone: str, jump: str
) -> None:
    instants = [datetime.fromisoformat(jump) + timedelta(minutes=step) for step in range(-150, 150)]
    query = QUERY.format(hour_start(AT, ZONE), bucket_date(AT, ZONE))
    with psycopg.connect(server_url) as connection:
        rows = connection.execute(query, [instants, [zone] * len(instants)]).fetchall()
    hours = [hour_of(at, zone)[0] for at in instants]
    assert rows == [(hour, local_date(hour, zone)) for hour in hours]


def test_the_clocks_of_all_other_zones_jump_by_whole_hours_at_full_hours() -> None:
    def is_even(shown: datetime, by: timedelta) -> bool:
        return not by % HOUR and shown == shown.replace(minute=0, second=0)

    others = available_timezones() - {*UNEVEN_ZONES, "localtime"}
    assert [zone for zone in others if not all(is_even(*jump) for jump in jumps(zone))] == []
