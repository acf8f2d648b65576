"""The API's SQL counts an instant in the hour and on the date that the models count it in."""

from datetime import datetime, timedelta
from zoneinfo import available_timezones

import psycopg
import pytest
from psycopg import sql

from serving.queries.buckets import UNEVEN_ZONES, bucket_date, hour_start
from tests.integration.zone_jumps import JUMPS, Jump, jumps
from tests.reference.zones import hour_of, local_date

HOUR = timedelta(hours=1)
AT, ZONE = sql.Identifier("at"), sql.Identifier("zone")
QUERY = sql.SQL("select {}, {} from unnest(%s::timestamptz[], %s::text[]) as asked (at, zone)")


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
    def is_even(jump: Jump) -> bool:
        return not jump.by % HOUR and jump.shown == jump.shown.replace(minute=0, second=0)

    others = available_timezones() - {*UNEVEN_ZONES, "localtime"}
    assert [zone for zone in others if not all(map(is_even, jumps(zone)))] == []
