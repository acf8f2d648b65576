"""Any mart through the API: what is told of it, and its rows."""

from datetime import date

import pytest

from serving.queries.catalog import LIVE
from tests.integration.api_client import Api
from tests.integration.api_events import MARTS, SILENT, ZONES
from tests.reference.buckets import CameraBucket
from tests.reference.zones import local_date

pytest_plugins = ["tests.integration.api_warehouse"]
pytestmark = pytest.mark.xdist_group("api")

SESSIONS = MARTS["fct_sessions"]
NAMES = ["fct_events", "fct_sessions", "agg_camera_hourly", "dim_cameras", "quality_cameras_daily"]


def _is_of(row: CameraBucket, day: date) -> bool:
    return local_date(row.bucket_start, ZONES[row.site_id]) == day


def test_marts_tell_their_columns(api: Api) -> None:
    body = api.get("/v1/marts").json()
    assert body["next"] is None
    marts = {mart["name"]: mart for mart in body["data"]}
    assert {*NAMES, "data_versions", "fct_loads"} <= marts.keys()
    hourly = marts["agg_camera_hourly"]
    assert hourly["kind"] == "table"
    assert hourly["grain"] == ["camera_id", "bucket_start"]
    assert "by the hour of its site's time zone" in hourly["description"]
    columns = {column["name"]: column for column in hourly["columns"]}
    assert columns["avg_dwell_seconds"]["type"] == "double precision"
    assert columns["avg_dwell_seconds"]["unit"] == "seconds"
    assert "Mean length" in columns["avg_dwell_seconds"]["description"]
    assert columns["bucket_start"]["unit"] == "instant"
    assert columns["visitors"]["unit"] is None
    # Views show the ledger as it is now, so what is told of them must not be kept.
    assert {name for name, mart in marts.items() if mart["kind"] == "view"} == LIVE


def test_every_mart_tells_its_grain_and_all_of_its_columns(api: Api) -> None:
    for mart in api.get("/v1/marts").json()["data"]:
        assert f"Grain: {', '.join(mart['grain'])}." in mart["description"]
        assert all(column["description"] for column in mart["columns"]), mart["name"]


def test_marts_tell_what_their_tests_said(api: Api) -> None:
    marts = {mart["name"]: mart for mart in api.get("/v1/marts").json()["data"]}
    tests = {test["name"]: test for test in marts["fct_sessions"]["tests"]}
    unique = tests["unique_fct_sessions_session_id"]
    assert (unique["column"], unique["status"], unique["failures"]) == ("session_id", "pass", 0)
    assert all(mart["tests"] for name, mart in marts.items() if name in NAMES)
    rows = api.get("/v1/marts/quality_tests?limit=1000").json()["data"]
    assert {row["test_name"] for row in rows if row["model"] == "fct_sessions"} == {*tests}


@pytest.mark.parametrize("name", NAMES)
def test_a_mart_is_a_list_of_all_its_rows(api: Api, name: str) -> None:
    url, found = f"/v1/marts/{name}?limit=40", []
    while url:
        answer = api.get(url)
        assert answer.status_code == 200, answer.text
        found += answer.json()["data"]
        url = answer.links["next"]["url"] if "next" in answer.links else ""
    assert len(found) == len(MARTS[name])  # type: ignore[literal-required]
    assert len({str(row) for row in found}) == len(found)
    assert len(api.get(f"/v1/marts/{name}.ndjson").text.splitlines()) == len(found)


@pytest.mark.parametrize(
    ("url", "count"),
    [
        ("fct_sessions?camera_id=CAM-A", sum(one.camera_id == "CAM-A" for one in SESSIONS)),
        ("fct_sessions?status=open", sum(one.session_status == "open" for one in SESSIONS)),
        ("dim_cameras?site_id=north", 4),
        ("dim_cameras?category=checkout", 1),
        (
            "quality_cameras_daily?site_id=south",
            sum(day.camera_id == "CAM-D" for day in MARTS["quality_cameras_daily"]),
        ),
        (
            "dim_persons?gender=f",
            sum(person.gender == "f" for person in MARTS["dim_persons"]),
        ),
        (
            "fct_orphan_exits?age_group=adult",
            sum(
                person.age_group == "adult"
                for orphan in MARTS["fct_orphan_exits"]
                for person in MARTS["dim_persons"]
                if person.person_id == orphan.person_id
            ),
        ),
        (
            "agg_camera_daily?from=2026-03-03&to=2026-03-04",
            len({d.camera_id for d in MARTS["agg_camera_daily"] if _is_of(d, date(2026, 3, 3))}),
        ),
        ("fct_loads?from=2020-01-01T00:00Z", 1),
    ],
)  # fmt: skip
def test_filters_work_where_a_mart_has_columns_for_them(api: Api, url: str, count: int) -> None:
    answer = api.get(f"/v1/marts/{url}&count=exact")
    assert answer.status_code == 200, answer.text
    assert answer.json()["count"] == count > 0


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("dim_cameras?person_id=P-01", "person_id"),
        ("dim_sites?from=2026-03-03", "from"),
        ("dim_sites?to=2026-03-03", "to"),
        ("dim_sites?last=1d", "last"),
        ("dim_sites?category=checkout", "category"),
        ("agg_camera_daily?status=closed", "status"),
        ("fct_loads?from=2026-03-03", "from"),
        ("fct_loads?to=2026-03-03", "to"),
        ("fct_sessions?sort=nothing", "sort"),
    ],
)
def test_a_filter_without_a_column_is_refused(api: Api, url: str, name: str) -> None:
    answer = api.get(f"/v1/marts/{url}")
    assert answer.status_code == 422
    assert [error["parameter"] for error in answer.json()["errors"]] == [name]
    assert name in answer.json()["detail"]


@pytest.mark.parametrize("name", ["fct_loads", "ledger", "quality_loads", "quality_tests"])
def test_a_column_that_is_not_the_status_of_sessions_is_told_from_it(api: Api, name: str) -> None:
    detail = api.get(f"/v1/marts/{name}?status=closed").json()["detail"]
    assert f"the column of that name in {name} is another" in detail
    assert ("/v1/loads?status=loaded" in detail) == (name != "quality_tests")
    assert api.get("/v1/loads?status=loaded").status_code == 200


def test_a_column_without_an_order_is_told_from_one_that_is_not_there(api: Api) -> None:
    problem = api.get("/v1/marts/data_versions?sort=-load_ids").json()
    assert problem["status"] == 422
    assert problem["detail"].startswith("load_ids cannot be sorted by; these can: version,")


@pytest.mark.parametrize("name", ["fct_event", "pg_class", 'fct_events"; drop', "raw.loads", "%00"])
def test_nothing_else_can_be_read(api: Api, name: str) -> None:
    assert api.get(f"/v1/marts/{name}").status_code == 404


def test_views_on_the_ledger_are_not_kept(api: Api) -> None:
    for name in ("fct_loads", "quality_loads"):
        answer = api.get(f"/v1/marts/{name}")
        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers
    assert "etag" in api.get("/v1/marts/fct_events").headers


def test_facts_come_in_the_order_of_time(api: Api) -> None:
    rows = api.get("/v1/marts/fct_sessions").json()["data"]
    assert [row["entry_at"] for row in rows] == sorted(row["entry_at"] for row in rows)


def test_silent_cameras_are_there(api: Api) -> None:
    rows = api.get("/v1/marts/dim_cameras?sort=-first_event_at").json()["data"]
    assert rows[-1]["camera_id"] == SILENT
