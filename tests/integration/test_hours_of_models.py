"""The hours and dates of the models are those of the plain-Python model, by any clock."""

from datetime import datetime, timedelta
from random import Random
from zoneinfo import available_timezones

import psycopg
import pytest
from jinja2 import Environment

from orchestration.lib.building.dbt_build import PROJECT_FOLDER
from tests.integration.zone_jumps import JUMPS, SINCE, UNTIL, jumps
from tests.reference.zones import day_of, hour_of, local_date

ZONES = sorted(available_timezones() - {"localtime"})
MACROS = (PROJECT_FOLDER / "macros" / "buckets.sql").read_text("utf-8")
QUERY = Environment().from_string(
    MACROS
    + """
    with zones as (
        select timezone, {{ has_whole_hours("timezone") }} as has_whole_hours
        from unnest(%(zones)s::text[]) as timezone
    )
    select
        at, timezone, {{ hour_start("at", "zones") }}, {{ bucket_date("at", "zones") }},
        {{ day_start(bucket_date("at", "zones"), "zones.timezone") }}
    from zones cross join unnest(%(instants)s::timestamptz[]) as at
    """
)


def assert_as_reference(server_url: str, zones: list[str], instants: list[datetime]) -> None:
    with psycopg.connect(server_url) as connection:
        asked = {"zones": zones, "instants": instants}
        rows = connection.execute(QUERY.render().encode(), asked).fetchall()
    assert len(rows) == len(zones) * len(instants)
    hours = {(at, zone): hour_of(at, zone)[0] for at, zone, *_ in rows}
    expected = [
        (*key, hour, local_date(hour, key[1]), day_of(hour, key[1])[0])
        for key, hour in hours.items()
    ]
    assert [row for row, one in zip(rows, expected, strict=True) if row != one] == []


@pytest.mark.parametrize(("zone", "jump"), JUMPS)
def test_where_a_clock_jumps(server_url: str, zone: str, jump: str) -> None:
    at = datetime.fromisoformat(jump)
    steps = [at + timedelta(minutes=step) for step in range(-150, 150)]
    assert_as_reference(server_url, [zone], steps)


def test_in_every_zone_at_any_time(server_url: str) -> None:
    random = Random(1)
    span = (UNTIL - SINCE).total_seconds()
    instants = [SINCE + timedelta(seconds=random.uniform(0, span)) for _ in range(2)]
    assert_as_reference(server_url, ZONES, instants)


@pytest.mark.parametrize("zone", Random(2).sample(ZONES, 12))
def test_around_jumps_of_a_few_zones(server_url: str, zone: str) -> None:
    near = [timedelta(minutes=step) for step in (-31, -1, 0, 1, 29, 30, 59, 60, 91)]
    instants = [jump.at + step for jump in jumps(zone)[::4] for step in near]
    assert_as_reference(server_url, [zone], instants)
