"""Occupancy series against the rules in plain Python."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.api_client import Api
from tests.integration.api_events import CAMERAS, CLOCK, MARTS, SILENT, ZONES
from tests.integration.api_model import CAMERAS as CAMERAS_MODEL
from tests.integration.api_model import GRAINS, chosen_cameras, series_buckets, series_starts
from tests.integration.api_queries import Asked, questions
from tests.reference.activity import Activity
from tests.reference.ranges import Filters
from tests.reference.zones import Bucket

pytest_plugins = ["tests.integration.api_warehouse"]
pytestmark = pytest.mark.xdist_group("api")

EVENTS = MARTS["fct_events"]
ZONES_ASKED = [None, None, "UTC", "Asia/Kolkata", "America/New_York", "Australia/Lord_Howe"]
Measured = Callable[[Activity, str, Bucket], dict[str, Any]]
examples = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
TABLES: dict[str, Literal["agg_camera_hourly", "agg_camera_daily"]] = {
    "hour": "agg_camera_hourly", "day": "agg_camera_daily",
}  # fmt: skip
STEP = {"hour": timedelta(hours=1), "day": timedelta(days=1)}


def series(api: Api, query: str) -> dict[str, list[dict[str, Any]]]:
    body = api.get(f"/v1/occupancy?{query}").json()
    assert body["next"] is None
    found = defaultdict(list)
    for point in body["data"]:
        found[point["camera_id"]].append(point)
    return found


@pytest.mark.parametrize("granularity", ["hour", "day"])
def test_points_follow_the_rules_in_the_zone_of_the_site(api: Api, granularity: str) -> None:
    found = series(api, f"granularity={granularity}&from=2026-03-02&to=2026-03-08")
    assert found.keys() == {*CAMERAS, SILENT}
    for camera, (_, site) in CAMERAS.items():
        zone, step = ZoneInfo(ZONES[site]), STEP[granularity]
        start = datetime(2026, 3, 2, tzinfo=zone).astimezone(UTC)
        stored = {
            row.bucket_start: (row.visitors, float(row.avg_occupancy), row.peak_occupancy)
            for row in MARTS[TABLES[granularity]]
            if row.camera_id == camera
        }
        for number, point in enumerate(found[camera]):
            since = start + number * step
            assert point["bucket_start"] == since.astimezone(zone).isoformat()
            values = point["visitors"], point["avg_occupancy"], point["peak_occupancy"]
            assert values == pytest.approx(stored.get(since, (0, 0, 0)))
            assert point["partial"] == (since <= CLOCK < since + step)
        assert len(found[camera]) == timedelta(days=6) // step


def test_a_camera_that_sent_nothing_is_null(api: Api) -> None:
    points = series(api, f"camera_id={SILENT}&from=2026-03-03&to=2026-03-04")[SILENT]
    assert len(points) == 24
    assert {point["visitors"] for point in points} == {None}
    assert {point["peak_occupancy"] for point in points} == {None}


def test_without_bounds_it_runs_from_the_first_event_to_the_data_clock(api: Api) -> None:
    found = series(api, "site_id=north&granularity=hour")
    first = min(event.event_at for event in EVENTS if event.site_id == "north")
    for points in found.values():
        starts = [datetime.fromisoformat(point["bucket_start"]) for point in points]
        assert starts[0] <= first < starts[1]
        assert starts[-1] <= CLOCK < starts[-1] + STEP["hour"]
        assert [point["partial"] for point in points] == [False] * (len(points) - 1) + [True]


def test_buckets_are_whole(api: Api) -> None:
    points = series(api, "camera_id=CAM-A&from=2026-03-03T10:30:00Z&to=2026-03-03T12:00:01Z")[
        "CAM-A"
    ]
    assert [point["bucket_start"] for point in points] == [
        f"2026-03-03T{hour}:00:00+01:00" for hour in (11, 12, 13)
    ]


@pytest.mark.parametrize("granularity", ["hour", "day", "week"])
@pytest.mark.parametrize(
    "query",
    ["from=0001-01-01&to=0001-01-02", "from=9999-12-30&to=9999-12-31", "to=9999-12-31",
     "from=9999-12-31T23:30Z&to=9999-12-31T23:59Z", "from=0001-01-01T00:00Z&to=0001-01-01T00:10Z",
     "from=9999-12-31T12:00Z&to=9999-12-31T23:00Z&tz=Asia/Tokyo"],
)  # fmt: skip
def test_the_ends_of_the_calendar_break_nothing(api: Api, query: str, granularity: str) -> None:
    answer = api.get(f"/v1/occupancy?{query}&granularity={granularity}")
    assert answer.status_code in (200, 422), answer.text


@pytest.mark.parametrize(
    ("path", "query", "granularity"),
    [
        ("occupancy", "", "hour"), ("occupancy", "from=2024-01-01", "day"),
        ("occupancy", "from=1990-01-01", "week"), ("occupancy", "granularity=day", "day"),
        ("visitors", "", "day"), ("visitors", "from=1930-01-01", "week"),
    ],
)  # fmt: skip
def test_who_names_no_granularity_gets_one_that_fits(
    api: Api, path: str, query: str, granularity: str
) -> None:
    answer = api.get(f"/v1/{path}?{query}")
    assert answer.status_code == 200, answer.text
    assert answer.json()["granularity"] == granularity


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("from=1990-01-01&granularity=hour", "granularity"),
        ("from=0002-01-01&granularity=day", "granularity"),
        ("from=0002-01-01", "from"),
        ("granularity=minute", "granularity"),
    ],
)
def test_what_cannot_be_a_series_is_refused(api: Api, query: str, name: str) -> None:
    answer = api.get(f"/v1/occupancy?{query}")
    assert answer.status_code == 422
    assert [error["parameter"] for error in answer.json()["errors"]] == [name]


@examples
@given(
    asked=questions(),
    group=st.sampled_from(["camera", "site"]),
    granularity=st.sampled_from(["hour", "day", "week"]),
    zone=st.sampled_from(ZONES_ASKED),
)
def test_series_of_anything_follow_the_rules(
    api: Api, asked: Asked, group: str, granularity: str, zone: str | None
) -> None:
    parameters = [*asked.parameters, ("group_by", group), ("granularity", granularity)]
    answer = api.get("/v1/occupancy", params=[*parameters, *[("tz", zone)] * bool(zone)])
    assert answer.status_code == 200, answer.text
    found = answer.json()["data"]
    wanted = list(expected(asked.filters, group, granularity, zone, of_stay))
    assert len(found) == len(wanted)
    for point, rule in zip(found, wanted, strict=True):
        assert point == pytest.approx(rule)


@examples
@given(
    asked=questions(),
    granularity=st.sampled_from(["hour", "day", "week"]),
    zone=st.sampled_from(ZONES_ASKED),
)
def test_new_and_returning_visitors_follow_the_rules(
    api: Api, asked: Asked, granularity: str, zone: str | None
) -> None:
    parameters = [*asked.parameters, ("granularity", granularity)]
    answer = api.get("/v1/visitors", params=[*parameters, *[("tz", zone)] * bool(zone)])
    assert answer.status_code == 200, answer.text
    wanted = list(expected(asked.filters, "site", granularity, zone, of_arrivals))
    assert answer.json()["data"] == wanted


def expected(
    filters: Filters, group: str, granularity: str, zone: str | None, measured: Measured
) -> Iterator[dict[str, Any]]:
    """Give the points of all series, one series after the other."""
    buckets = series_buckets(filters, group, granularity, zone)
    cameras = chosen_cameras(filters)
    for name in sorted({getattr(CAMERAS_MODEL[one], f"{group}_id") for one in cameras}):
        own = [one for one in cameras if getattr(CAMERAS_MODEL[one], f"{group}_id") == name]
        site = CAMERAS_MODEL[own[0]].site_id
        starts = series_starts(filters, site, cameras, granularity, zone)
        if not starts:
            continue
        clock_zone = zone or ZONES[site]
        ends = [GRAINS[granularity](start, clock_zone)[1] for start in starts]
        is_known = any((name, start) in buckets for start in starts) or any(
            event.camera_id in own and starts[0] <= event.event_at < ends[-1] for event in EVENTS
        )
        for start, end in zip(starts, ends, strict=True):
            active = buckets.get((name, start), Activity())
            values = measured(active, site, (start, end))
            yield {
                **({"camera_id": name} if group == "camera" else {}),
                "site_id": site,
                "bucket_start": start.astimezone(ZoneInfo(clock_zone)).isoformat(),
                **(values if is_known else dict.fromkeys(values)),
                "partial": start <= CLOCK < end,
            }


def of_stay(active: Activity, site: str, bucket: Bucket) -> dict[str, Any]:
    return {
        "visitors": len(active.visitors),
        "avg_occupancy": active.person_time / (bucket[1] - bucket[0]),
        "peak_occupancy": active.peak,
    }


def of_arrivals(active: Activity, site: str, bucket: Bucket) -> dict[str, Any]:
    first = {
        person: min(e.event_at for e in EVENTS if (e.person_id, e.site_id) == (person, site))
        for person in active.visitors
    }
    new = sum(bucket[0] <= at < bucket[1] for at in first.values())
    return {
        "visitors": len(first),
        "new_visitors": new,
        "returning_visitors": len(first) - new,
    }
