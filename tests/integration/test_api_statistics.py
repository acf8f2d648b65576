"""Statistics of the API equal the plain-Python model's, for any filters, groups and zones."""

from collections.abc import Hashable
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.api_client import Api
from tests.integration.api_events import CLOCK, MARTS
from tests.integration.api_model import (
    demographic_rows,
    dwell_rows,
    histogram_rows,
    metric_values,
    repeat_rows,
    transition_rows,
)
from tests.integration.api_queries import Asked, Parameters, questions
from tests.reference.ranges import Choice, Filters, range_metrics

pytest_plugins = ["tests.integration.api_warehouse"]
pytestmark = pytest.mark.xdist_group("api")

Row = dict[str, Any]
GROUPINGS = [
    "camera", "site", "person", "hour", "day", "week", "hour_of_day", "weekday", "age_group",
    "gender", "category",
]  # fmt: skip
ZONES = [None, None, "UTC", "Asia/Kolkata", "America/St_Johns"]
MEASURES = [
    "closed_sessions",
    "total_dwell_seconds",
    "avg_dwell_seconds",
    "median_dwell_seconds",
    "p90_dwell_seconds",
    "max_dwell_seconds",
]
OF_PERSONS = ["persons", "avg_dwell_seconds_per_person"]
METRICS = [
    "total_events", "unique_visitors", "closed_sessions", "total_dwell_seconds",
    "avg_dwell_seconds", "median_dwell_seconds", "max_dwell_seconds",
]  # fmt: skip
# A bin holds its lower edge, so that edges are also lengths that there are.
DWELLS = sorted({float(dwell) for dwell in Choice(MARTS, Filters()).dwells} - {0.0})
EDGES = st.sampled_from(DWELLS) | st.integers(1, 40_000).map(float)
examples = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def rows_of(api: Api, path: str, parameters: Parameters) -> list[Row]:
    answer = api.get(path, params=[*parameters, ("limit", "1000")])
    assert answer.status_code == 200, answer.text
    assert answer.json()["next"] is None
    return list(answer.json()["data"])


def keyed(rows: list[Row], *columns: str) -> dict[Hashable, Row]:
    """Give the rows by the columns of their key, which leave the rows."""
    found: dict[Hashable, Row] = {tuple(row.pop(name) for name in columns): row for row in rows}
    assert len(found) == len(rows)
    return found


def assert_same(found: dict[Hashable, Row], wanted: dict[Hashable, Row]) -> None:
    assert found.keys() == wanted.keys()
    for key, row in wanted.items():
        assert found[key] == pytest.approx(row), key


@examples
@given(asked=questions())
def test_kpis(api: Api, asked: Asked) -> None:
    data = api.get("/v1/kpis", params=asked.parameters).json()["data"]
    assert data == pytest.approx(vars(range_metrics(MARTS, asked.filters)))


@examples
@given(
    asked=questions(),
    names=st.lists(st.sampled_from(GROUPINGS), min_size=1, max_size=2, unique=True),
    zone=st.sampled_from(ZONES),
    of_persons=st.sampled_from([[], OF_PERSONS]),
)
def test_dwell(
    api: Api, asked: Asked, names: list[str], zone: str | None, of_persons: list[str]
) -> None:
    parameters = [("group_by", name) for name in names] + ([("tz", zone)] if zone else [])
    columns = [f"{name}_id" if name in ("camera", "site", "person") else name for name in names]
    parameters.append(("fields", ",".join([*columns, *MEASURES, *of_persons])))
    rows = rows_of(api, "/v1/dwell", [*asked.parameters, *parameters])
    for row in rows:
        if "hour" in row:
            row["hour"] = datetime.fromisoformat(row["hour"])
    wanted = dwell_rows(asked.filters, names, zone)
    shown = [*MEASURES, *of_persons]
    told = {key: {name: row[name] for name in shown} for key, row in wanted.items()}
    assert_same(keyed(rows, *columns), told)


@examples
@given(
    asked=questions(),
    edges=st.lists(EDGES, min_size=1, max_size=8, unique=True).map(sorted),
)
def test_histogram(api: Api, asked: Asked, edges: list[float]) -> None:
    bins = ",".join(f"{edge:.6f}" for edge in edges)
    rows = rows_of(api, "/v1/dwell/histogram", [*asked.parameters, ("bins", bins)])
    wanted = histogram_rows(asked.filters, [0, *edges])
    assert len(rows) == len(wanted)
    for found, expected in zip(rows, wanted, strict=True):
        assert found == pytest.approx(expected)


@examples
@given(asked=questions())
def test_demographics(api: Api, asked: Asked) -> None:
    rows = rows_of(api, "/v1/demographics", asked.parameters)
    assert_same(keyed(rows, "age_group", "gender"), demographic_rows(asked.filters))


@examples
@given(asked=questions())
def test_repeat_visitors(api: Api, asked: Asked) -> None:
    body = api.get("/v1/visitors/repeat", params=[*asked.parameters, ("limit", "1000")]).json()
    metrics = range_metrics(MARTS, asked.filters)
    assert body["summary"] == pytest.approx(
        {name: getattr(metrics, name) for name in body["summary"]}
    )
    wanted = repeat_rows(asked.filters)
    assert len(body["data"]) == len(wanted)
    days = [row["visit_days"] for row in body["data"]]
    assert days == sorted(days, reverse=True)
    for row in body["data"]:
        for name in ("first_event_at", "last_event_at"):
            assert datetime.fromisoformat(row.pop(name)) == wanted[row["person_id"]].pop(name)
        assert row == pytest.approx({"person_id": row["person_id"], **wanted[row["person_id"]]})


@examples
@given(asked=questions())
def test_transitions(api: Api, asked: Asked) -> None:
    rows = rows_of(api, "/v1/transitions", asked.parameters)
    found = keyed(rows, "site_id", "from_camera_id", "to_camera_id")
    assert_same(found, transition_rows(asked.filters))


@examples
@given(
    asked=questions(),
    group=st.sampled_from(["camera", "site"]),
    metric=st.sampled_from(METRICS),
)
def test_rankings(api: Api, asked: Asked, group: str, metric: str) -> None:
    parameters = [*asked.parameters, ("group_by", group), ("metric", metric)]
    rows = rows_of(api, "/v1/rankings", parameters)
    now = metric_values(asked.filters, group, metric)
    before = metric_values(asked.previous, group, metric) if asked.previous else {}
    assert {row[f"{group}_id"] for row in rows} == now.keys() | before.keys()
    nothing = 0 if metric in METRICS[:3] else None
    for row in rows:
        name = row[f"{group}_id"]
        value = now.get(name, nothing)
        previous = before.get(name, nothing) if asked.previous else None
        assert row["value"] == (None if value is None else pytest.approx(float(value)))
        assert row["previous_value"] == (
            None if previous is None else pytest.approx(float(previous))
        )
        change = None if value is None or previous is None else float(value - previous)
        assert row["change"] == (None if change is None else pytest.approx(change, abs=1e-6))
        relative = change / float(previous) if change is not None and previous else None
        assert row["relative_change"] == (None if relative is None else pytest.approx(relative))
        higher = [v for v in now.values() if value is None or v > value]
        assert row["rank"] == len(higher) + 1 or value in (None, 0)
    values = [row["value"] for row in rows if row["value"] is not None]
    assert values == sorted(values, reverse=True)
    assert [row["value"] for row in rows[len(values) :]] == [None] * (len(rows) - len(values))


@examples
@given(asked=questions())
def test_who_is_inside(api: Api, asked: Asked) -> None:
    body = api.get("/v1/occupancy/current", params=[*asked.parameters, ("limit", "1000")]).json()
    wanted = [s for s in Choice(MARTS, asked.filters).sessions if s.session_status == "open"]
    assert sorted((row["person_id"], row["camera_id"]) for row in body["data"]) == sorted(
        (session.person_id, session.camera_id) for session in wanted
    )
    for row in body["data"]:
        entry_at = datetime.fromisoformat(row["entry_at"])
        assert row["inside_seconds"] == (CLOCK - entry_at).total_seconds()
    summary = body["summary"]
    assert summary["persons"] == len({session.person_id for session in wanted})
    for level, column in (("sites", "site_id"), ("cameras", "camera_id")):
        persons = {
            name: len({s.person_id for s in wanted if getattr(s, column) == name})
            for name in {getattr(session, column) for session in wanted}
        }
        assert {row[column]: row["persons"] for row in summary[level]} == persons


def test_something_is_inside_at_all(api: Api) -> None:
    assert api.get("/v1/occupancy/current").json()["summary"]["persons"] > 0


def test_as_many_bins_as_its_refusal_says_are_taken(api: Api) -> None:
    edges = ",".join(map(str, range(1, 102)))
    assert api.get(f"/v1/dwell/histogram?bins={edges.rpartition(',')[0]}").status_code == 200
    assert "100 at most" in api.get(f"/v1/dwell/histogram?bins={edges}").json()["detail"]


@pytest.mark.parametrize(
    ("url", "name", "suggestion"),
    [
        ("/v1/dwell?group_by=camra", "group_by", "camera"),
        ("/v1/dwell?group_by=camera,weekdy", "group_by", "weekday"),
        ("/v1/dwell?group_by=camera,site,person", "group_by", None),
        ("/v1/dwell?tz=Europe/Berln", "tz", "Europe/Berlin"),
        ("/v1/dwell?sort=week", "sort", None),
        ("/v1/dwell?age_group=adlt", "age_group", "adult"),
        ("/v1/dwell/histogram?bins=5,4", "bins", None),
        ("/v1/dwell/histogram?bins=1.2.3", "bins", None),
        (f"/v1/dwell/histogram?bins={'9' * 400}", "bins", None),
        ("/v1/rankings?metric=total_event", "metric", "total_events"),
    ],
)
def test_the_unknown_is_named(api: Api, url: str, name: str, suggestion: str | None) -> None:
    problem = api.get(url).json()
    assert problem["status"] == 422
    assert [(e["parameter"], e.get("suggestion")) for e in problem["errors"]] == [
        (name, suggestion)
    ]


def test_before_the_calendar_nothing_is_ranked(api: Api) -> None:
    rows = api.get("/v1/rankings?from=0900-01-01&to=2026-12-31").json()["data"]
    assert {row["previous_value"] for row in rows} == {None}


def test_two_groups_may_be_given_by_comma(api: Api) -> None:
    by_comma = api.get("/v1/dwell?group_by=site,weekday").json()
    assert by_comma["data"] == api.get("/v1/dwell?group_by=site&group_by=weekday").json()["data"]


@pytest.mark.parametrize(
    "path", ["/v1/dwell?group_by=person", "/v1/visitors/repeat", "/v1/transitions"]
)
@pytest.mark.parametrize("sort", ["", "-{0}", "{0}"])
def test_pages_of_statistics_hold_each_row_once(api: Api, path: str, sort: str) -> None:
    path = f"{path}{'&' if '?' in path else '?'}limit="
    whole = api.get(f"{path}1000").json()["data"]
    number = next(
        name for name in whole[0] if name not in ("person_id", "site_id") and "camera" not in name
    )
    order = f"&sort={sort.format(number)}" if sort else ""
    url = f"{path}3{order}"
    found = []
    while url:
        answer = api.get(url)
        found += answer.json()["data"]
        url = answer.links["next"]["url"] if "next" in answer.links else ""
    assert len(found) == len(whole)
    assert sorted(map(str, found)) == sorted(map(str, whole))
