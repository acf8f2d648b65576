"""The range metrics of the API against the rules in plain Python."""

from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.integration.api_client import Api
from tests.integration.api_events import CLOCK, MARTS
from tests.integration.test_api_formats import rows_of
from tests.reference.ranges import Filters, range_metrics

pytest_plugins = ["tests.integration.api_warehouse"]
pytestmark = pytest.mark.xdist_group("api")

DAYS = Filters(start=date(2026, 3, 3), end=date(2026, 3, 5))
INSTANTS = Filters(
    start=datetime(2026, 3, 3, 12, tzinfo=UTC), end=datetime(2026, 3, 6, 6, 30, tzinfo=UTC)
)
RECENT = Filters(start=CLOCK - timedelta(days=2))


def expected(filters: Filters) -> object:
    return pytest.approx(asdict(range_metrics(MARTS, filters)))


@pytest.mark.parametrize(
    ("query", "filters"),
    [
        ("", Filters()),
        ("from=2026-03-03&to=2026-03-05", DAYS),
        ("from=2026-03-03T12:00Z&to=2026-03-06T07:30:00+01:00", INSTANTS),
        ("last=2d", RECENT),
        ("site_id=south", Filters(site_ids=["south"])),
        ("camera_id=CAM-A&camera_id=CAM-C", Filters(camera_ids=["CAM-A", "CAM-C"])),
        ("category=entrance", Filters(categories=["entrance"])),
        ("category=entrance&site_id=north", Filters(categories=["entrance"], site_ids=["north"])),
        ("person_id=P-03", Filters(person_ids=["P-03"])),
        ("person_id=nobody", Filters(person_ids=["nobody"])),
        ("age_group=adult&gender=f", Filters(age_groups=["adult"], genders=["f"])),
        ("age_group=unknown&age_group=child", Filters(age_groups=["unknown", "child"])),
        ("min_dwell=1800", Filters(min_dwell=1800)),
        ("max_dwell=420", Filters(max_dwell=420)),
        ("status=missing_exit&status=timed_out", Filters(statuses=["missing_exit", "timed_out"])),
        (
            "status=closed&from=2026-03-03&to=2026-03-05&site_id=north",
            replace(DAYS, statuses=["closed"], site_ids=["north"]),
        ),
    ],
)
def test_metrics_follow_the_rules(api: Api, query: str, filters: Filters) -> None:
    answer = api.get(f"/v1/kpis?{query}").json()
    assert answer["data"] == expected(filters)
    assert answer["data_version"] == 1
    assert datetime.fromisoformat(answer["as_of"]) == CLOCK


def test_whoever_is_there_without_an_event_is_no_visitor_of_a_range(api: Api) -> None:
    session = next(s for s in MARTS["fct_sessions"] if (s.dwell_seconds or 0) >= 4 * 3600)
    start = session.entry_at.replace(minute=0) + timedelta(hours=1)
    asked = {
        "from": start.isoformat(),
        "to": (start + timedelta(hours=2)).isoformat(),
        "person_id": session.person_id,
        "camera_id": session.camera_id,
    }
    assert api.get("/v1/kpis", params=asked).json()["data"]["unique_visitors"] == 0


def test_previous_is_the_range_before(api: Api) -> None:
    data = api.get("/v1/kpis?from=2026-03-05&to=2026-03-07&compare=previous").json()["data"]
    previous, change = data.pop("previous"), data.pop("change")
    assert data == expected(Filters(start=date(2026, 3, 5), end=date(2026, 3, 7)))
    assert (previous.pop("from"), previous.pop("to")) == (
        "2026-03-03T00:00:00",
        "2026-03-05T00:00:00",
    )
    assert previous == expected(DAYS)
    difference = data["total_events"] - previous["total_events"]
    assert change["total_events"]["absolute"] == difference
    assert change["total_events"]["relative"] == pytest.approx(
        difference / previous["total_events"]
    )


def test_nothing_is_null_not_zero(api: Api) -> None:
    data = api.get("/v1/kpis?from=2020-01-01&to=2020-01-02&compare=previous").json()["data"]
    assert data["unique_visitors"] == 0
    assert data["repeat_rate"] is None
    assert data["avg_dwell_seconds"] is None
    assert data["change"]["avg_dwell_seconds"] == {"absolute": None, "relative": None}


@pytest.mark.parametrize("suffix", ["csv", "ndjson", "parquet"])
def test_a_file_has_the_metrics_in_one_row(api: Api, suffix: str) -> None:
    query = "from=2026-03-05&to=2026-03-07&compare=previous"
    data = api.get(f"/v1/kpis?{query}").json()["data"]
    previous, change = data.pop("previous"), data.pop("change")
    expected = {
        **data,
        **{f"previous_{name}": value for name, value in previous.items()},
        **{f"change_{name}_{how}": value for name, both in change.items()
           for how, value in both.items()},
    }  # fmt: skip
    (row,) = rows_of(api.get(f"/v1/kpis.{suffix}?{query}"))
    told = {name: "" if value is None else str(value) for name, value in expected.items()}
    assert row == (told if suffix == "csv" else expected)
