"""Lists: the right rows, each once, page by page, also while data loads."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

from orchestration.lib.building.dbt_build import DbtProject
from orchestration.lib.building.publication import publish
from orchestration.runtime.warehouse_urls import Warehouse
from tests.integration.api_client import Api, running_api
from tests.integration.api_events import CAMERAS, CLOCK, MARTS, SILENT
from tests.reference.events import RawRow

pytest_plugins = ["tests.integration.api_warehouse"]
pytestmark = pytest.mark.xdist_group("api")

# Some who came in one after the other, a minute each, the last of them just now.
MORE_INSIDE = """
insert into marts.fct_sessions (session_id, person_id, camera_id, site_id, entry_at, session_status)
select gen_random_uuid(), 'P-in-' || minutes, 'CAM-A', 'north',
    %s::timestamptz - minutes * interval '1 minute', 'open'
from generate_series(0, 9) as minutes
"""
EVENTS = MARTS["fct_events"]
SESSIONS = MARTS["fct_sessions"]
Row = dict[str, Any]


def pages(api: Api, url: str) -> Iterator[list[Row]]:
    """Follow the Link header to the end, and check that the body says the same."""
    while True:
        response = api.get(url)
        body = response.json()
        assert response.status_code == 200, body
        yield body["data"]
        if body["next"] is None:
            assert "link" not in response.headers
            return
        url = response.links["next"]["url"]
        assert body["next"] in url


def rows(api: Api, url: str) -> list[Row]:
    return [row for page in pages(api, url) for row in page]


def instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def test_sessions_are_those_of_the_rules(api: Api) -> None:
    found = rows(api, "/v1/sessions")
    assert {
        (
            row["person_id"], row["camera_id"], instant(row["entry_at"]), instant(row["exit_at"]),
            row["session_status"], row["dwell_seconds"],
        )
        for row in found
    } == {
        (s.person_id, s.camera_id, s.entry_at, s.exit_at, s.session_status, s.dwell_seconds)
        for s in SESSIONS
    }  # fmt: skip
    keys = [(instant(row["entry_at"]), row["session_id"]) for row in found]
    assert keys == sorted(keys)


def test_events_are_all_there(api: Api) -> None:
    found = rows(api, "/v1/events?limit=50")
    assert sorted(
        (datetime.fromisoformat(at), *rest)
        for at, *rest in map(itemgetter("event_at", "person_id", "camera_id", "event_type"), found)
    ) == sorted((one.event_at, one.person_id, one.camera_id, one.event_type) for one in EVENTS)


@pytest.mark.parametrize(
    "sort",
    ["entry_at", "-entry_at", "dwell_seconds", "-dwell_seconds", "-dwell_seconds,entry_at",
     "session_status,-exit_at,camera_id", "-session_id", "site_id"],
)  # fmt: skip
@pytest.mark.parametrize("limit", [1, 7])
def test_pages_hold_each_row_once_in_order(api: Api, sort: str, limit: int) -> None:
    found = rows(api, f"/v1/sessions?sort={sort}&limit={limit}")
    whole = api.get(f"/v1/sessions?sort={sort}&limit=1000").json()["data"]
    assert found == whole
    assert len({row["session_id"] for row in found}) == len(SESSIONS)
    for name in reversed(sort.split(",")):  # stable sorts, the weightiest column last
        column = name.removeprefix("-")
        filled = [row for row in whole if row[column] is not None]
        filled.sort(key=itemgetter(column), reverse=name.startswith("-"))
        whole = filled + [row for row in whole if row[column] is None]
    columns = itemgetter(*(name.removeprefix("-") for name in sort.split(",")), "site_id")
    assert list(map(columns, found)) == list(map(columns, whole))


def test_a_person_is_found_whatever_the_id_holds(api: Api) -> None:
    assert any("/" in person.person_id for person in MARTS["dim_persons"])
    for person in MARTS["dim_persons"]:
        found = api.get(f"/v1/persons/{quote(person.person_id, safe='')}").json()["data"]
        assert (found["person_id"], found["event_count"], len(found["visits"])) == (
            person.person_id, person.event_count, person.visit_count,
        )  # fmt: skip


def test_fields_are_those_asked_for(api: Api) -> None:
    page = api.get("/v1/sessions?fields=dwell_seconds,person_id&limit=3").json()
    assert [list(row) for row in page["data"]] == [["dwell_seconds", "person_id"]] * 3


def test_count_is_of_all_pages(api: Api) -> None:
    page = api.get("/v1/sessions?status=closed&count=exact&limit=2").json()
    assert page["count"] == sum(session.session_status == "closed" for session in SESSIONS)
    assert len(page["data"]) == 2
    assert "count" not in api.get("/v1/sessions?limit=2").json()


def test_events_pass_with_their_session(api: Api) -> None:
    found = rows(api, "/v1/events?min_dwell=1800&max_dwell=5700")
    wanted = [s for s in SESSIONS if 1800 <= (s.dwell_seconds or 0) <= 5700]
    assert len(wanted) > 3
    assert sum(row["dwell_seconds"] or 0 for row in found) == sum(
        s.dwell_seconds or 0 for s in wanted
    )
    assert len(found) == 2 * len(wanted)


def test_cameras_are_those_with_a_fitting_event(api: Api) -> None:
    everything = rows(api, "/v1/cameras?limit=2")
    assert [row["camera_id"] for row in everything] == [*CAMERAS, SILENT]
    seen = {event.camera_id for event in EVENTS if event.person_id == "P-05"}
    assert {row["camera_id"] for row in rows(api, "/v1/cameras?person_id=P-05")} == seen
    assert [row["camera_id"] for row in rows(api, "/v1/cameras?category=checkout")] == ["CAM-B"]


@pytest.mark.parametrize(
    ("query", "sites"),
    [
        (f"camera_id={SILENT}", ["north"]),
        (f"camera_id={SILENT}&site_id=south", []),
        (f"camera_id={SILENT}&from=2026-03-01", []),
        (f"camera_id={SILENT}&camera_id=CAM-D", ["north", "south"]),
        ("camera_id=CAM-D&from=2026-03-01", ["south"]),
        ("category=checkout", ["north"]),
        ("category=checkout&status=closed", ["north"]),
    ],
)
def test_a_site_is_that_of_its_cameras_also_of_silent_ones(
    api: Api, query: str, sites: list[str]
) -> None:
    assert [row["site_id"] for row in rows(api, f"/v1/sites?{query}")] == sites


def test_pages_stay_whole_while_data_loads(
    own_warehouse: Warehouse, api_project: DbtProject, tmp_path: Path
) -> None:
    from tests.integration.api_warehouse import build_and_publish, load_rows

    start = datetime(2026, 2, 28, tzinfo=UTC)
    later = [
        RawRow(2, start + timedelta(hours=9 * n), "P-late", "CAM-A", "entry") for n in range(30)
    ]
    with running_api(own_warehouse, tmp_path) as api:
        firsts = [api.get(f"/v1/sessions?{query}") for query in ("limit=20", "last=9d&limit=20")]
        load_rows(own_warehouse, later)
        build_and_publish(own_warehouse, api_project)
        rests = [rows(api, first.links["next"]["url"]) for first in firsts]
        now = api.get("/v1/sessions?limit=1000&count=exact").json()
    old = {row["session_id"] for row in now["data"] if row["person_id"] != "P-late"}
    for first, rest in zip(firsts, rests, strict=True):
        found = [row["session_id"] for row in (*first.json()["data"], *rest)]
        assert len(found) == len(set(found))
        assert old <= set(found)
    assert now["count"] == len(SESSIONS) + len(later)
    assert now["data_version"] == 2


def test_pages_of_who_is_inside_keep_to_their_clock(
    own_warehouse: Warehouse, tmp_path: Path
) -> None:
    url, later = "/v1/occupancy/current?sort=inside_seconds", CLOCK + timedelta(minutes=15)
    with (
        psycopg.connect(own_warehouse.transformer, autocommit=True) as connection,
        running_api(own_warehouse, tmp_path) as api,
    ):
        connection.execute(MORE_INSIDE, [CLOCK])
        before = rows(api, url)
        first = api.get(f"{url}&limit=4")
        connection.execute(MORE_INSIDE, [later])
        connection.execute("update intermediate.int_data_clock set data_clock_at = %s", [later])
        publish(connection, "test", "models")
        second = api.get(first.links["next"]["url"]).json()
        rest = rows(api, first.links["next"]["url"])
    assert second["data_version"] == 2
    assert first.json()["data"] + rest == before
    assert second["summary"] == first.json()["summary"]
