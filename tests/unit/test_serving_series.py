"""Buckets of a series, also where clocks jump."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from json import loads
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.calendar.series import Window, points
from serving.calendar.windows import check_windows
from serving.choices import Granularity
from serving.errors import ProblemError
from tests.reference.zones import buckets_between, hour_of

TOLD = {"camera_id": "CAM-A"}
MEASURES = ["visitors", "avg_occupancy"]
BUCKET = '"visitors":2,"avg_occupancy":0.5'


def rows_of(
    asked: Window, stored: Mapping[datetime, str], *, is_alive: bool
) -> list[dict[str, object]]:
    told = {str(int(start.timestamp())): text for start, text in stored.items()}
    return [loads(text) for text in points(TOLD, MEASURES, asked, told, is_alive=is_alive)]


def window(start: str, end: str, zone: str, granularity: Granularity) -> Window:
    return Window(
        datetime.fromisoformat(start), datetime.fromisoformat(end), ZoneInfo(zone), granularity,
        datetime(2026, 3, 29, 10, 30, tzinfo=UTC),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("zone", "granularity", "starts"),
    [
        ("Europe/Berlin", "day", ["28T00:00:00+01:00", "29T00:00:00+01:00", "30T00:00:00+02:00"]),
        ("UTC", "week", ["23T00:00:00+00:00", "30T00:00:00+00:00"]),
        ("Asia/Kathmandu", "day",
         ["28T00:00:00+05:45", "29T00:00:00+05:45", "30T00:00:00+05:45"]),
    ],
)  # fmt: skip
def test_days_and_weeks_begin_at_midnight(
    zone: str, granularity: Granularity, starts: list[str]
) -> None:
    asked = window("2026-03-28T12:00:00+00:00", "2026-03-30T12:00:00+00:00", zone, granularity)
    assert [one.text for one in asked.labels] == [f"2026-03-{start}" for start in starts]


@pytest.mark.parametrize(("day", "hours"), [("28", 24), ("29", 23)])
def test_a_day_has_as_many_hours_as_its_clock(day: str, hours: int) -> None:
    zone = ZoneInfo("Europe/Berlin")
    start, end = (datetime(2026, 3, int(day) + n, tzinfo=zone).astimezone(UTC) for n in (0, 1))
    asked = Window(start, end, zone, "hour", end)
    assert len(asked.labels) == hours


@pytest.mark.parametrize(
    ("granularity", "blamed", "advice"),
    [("day", "granularity", "a coarser granularity."), ("week", "from", "range or fewer cameras.")],
)
def test_a_series_that_is_too_long_is_told_what_would_help(
    granularity: Granularity, blamed: str, advice: str
) -> None:
    asked = window("1980-01-01T00:00:00+00:00", "2026-01-01T00:00:00+00:00", "UTC", granularity)
    with pytest.raises(ProblemError) as problem:
        check_windows([asked] * 100)
    assert problem.value.detail.endswith(advice)
    assert problem.value.errors is not None
    assert problem.value.errors[0]["parameter"] == blamed


def test_a_date_that_a_zone_skips_is_no_day() -> None:
    asked = window("2011-12-29T12:00:00+00:00", "2011-12-31T12:00:00+00:00", "Pacific/Apia", "day")
    assert [one.text[:10] for one in asked.labels] == ["2011-12-29", "2011-12-31", "2012-01-01"]


def test_hours_are_of_the_local_clock() -> None:
    asked = window(
        "2026-03-28T12:10:00+00:00", "2026-03-28T12:20:00+00:00", "Asia/Kathmandu", "hour"
    )
    assert [one.text for one in asked.labels] == ["2026-03-28T17:00:00+05:45",
                                                  "2026-03-28T18:00:00+05:45"]  # fmt: skip


def test_zeros_fill_the_gaps_and_the_clock_is_marked() -> None:
    asked = window("2026-03-29T09:00:00+00:00", "2026-03-29T12:00:00+00:00", "UTC", "hour")
    ten = datetime(2026, 3, 29, 10, tzinfo=UTC)
    rows = rows_of(asked, {ten: BUCKET}, is_alive=False)
    assert [row["visitors"] for row in rows] == [0, 2, 0]
    assert [row["avg_occupancy"] for row in rows] == [0, 0.5, 0]
    assert [row["partial"] for row in rows] == [False, True, False]
    for is_alive, value in ((False, None), (True, 0)):
        rows = rows_of(asked, {}, is_alive=is_alive)
        assert {row["visitors"] for row in rows} == {value}


def test_an_empty_window_has_no_points() -> None:
    asked = window("2026-03-29T09:00:00+00:00", "2026-03-29T09:00:00+00:00", "UTC", "hour")
    assert rows_of(asked, {}, is_alive=True) == []


# Where a clock jumps by half an hour, by a whole one within an hour, at night, or never.
ZONES = [
    "UTC", "America/New_York", "Asia/Kathmandu", "Europe/Dublin", "America/Caracas",
    "America/St_Johns", "Asia/Pyongyang", "Australia/Lord_Howe", "Pacific/Chatham",
]  # fmt: skip
JUMPS = {
    "America/Caracas": ["2007-12-09T07:00+00:00", "2016-05-01T07:00+00:00"],
    "America/St_Johns": ["2010-11-07T02:31+00:00", "2026-03-08T05:30+00:00"],
    "Asia/Pyongyang": ["2015-08-14T15:00+00:00", "2018-05-04T15:00+00:00"],
    "Australia/Lord_Howe": ["2026-04-04T15:00+00:00", "2026-10-03T15:30+00:00"],
    "Pacific/Chatham": ["2025-04-05T14:00+00:00", "2025-09-27T14:00+00:00"],
}
LENGTHS = st.timedeltas(timedelta(microseconds=1), timedelta(days=3))


@pytest.mark.parametrize("zone", ZONES)
@given(seconds=st.floats(-(2.0**31), 2.0**31), length=LENGTHS)
def test_each_label_of_an_hour_is_its_instant_in_the_zone(
    zone: str, seconds: float, length: timedelta
) -> None:
    start = datetime.fromtimestamp(seconds, UTC)
    asked = Window(start, start + length, ZoneInfo(zone), "hour", start)
    told = [(datetime.fromtimestamp(int(one.key), UTC), one.text) for one in asked.labels]
    assert [instant for instant, _ in told] == asked.edges[:-1]
    assert all(instant.astimezone(asked.zone).isoformat() == text for instant, text in told)


@pytest.mark.parametrize(("zone", "jump"), [(zone, at) for zone in JUMPS for at in JUMPS[zone]])
@given(before=LENGTHS, after=LENGTHS)
def test_hours_are_those_of_the_models_where_a_clock_jumps(
    zone: str, jump: str, before: timedelta, after: timedelta
) -> None:
    at = datetime.fromisoformat(jump)
    start, end = at - before, at + after
    hours = buckets_between(start, end - timedelta(microseconds=1), zone, hour_of)
    asked = Window(start, end, ZoneInfo(zone), "hour", at)
    assert asked.edges == [*(start for start, _ in hours), hours[-1][1]]
