"""What the API says before and between data versions, and while the database is away."""

import time
from pathlib import Path
from typing import LiteralString
from urllib.parse import urlsplit

import psycopg
import pytest
from psycopg import sql

from orchestration.lib.building.publication import publish
from orchestration.runtime.embedded_postgres import EmbeddedPostgres
from orchestration.runtime.warehouse import prepare_warehouse
from orchestration.runtime.warehouse_urls import Warehouse, with_database
from orchestration.settings import Settings
from serving.answering.versions import FRESH_SECONDS
from tests.integration.api_client import Api, running_api, write_urls

pytest_plugins = ["tests.integration.api_warehouse"]
pytestmark = pytest.mark.xdist_group("api")

ANALYTICAL = [
    "/v1/kpis", "/v1/sessions", "/v1/events", "/v1/visits", "/v1/persons", "/v1/cameras",
    "/v1/sites", "/v1/occupancy",
]  # fmt: skip
LIVE = ["/v1/loads", "/v1/loads/1", "/v1/loads/1/rejections"]


def detail(api: Api, url: str, status: int) -> str:
    answer = api.get(url)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    return str(answer.json()["detail"])


def run_as_superuser(
    server_url: str, warehouse: Warehouse, statement: LiteralString | sql.Composed
) -> None:
    name = urlsplit(warehouse.reader).path.strip("/")
    with psycopg.connect(with_database(server_url, name)) as connection:
        connection.execute(statement)


def new_version(warehouse: Warehouse) -> None:
    with psycopg.connect(warehouse.transformer) as connection:
        publish(connection, "test", "models")


def test_before_the_first_version(warehouse: Warehouse, tmp_path: Path) -> None:
    with running_api(warehouse, tmp_path) as api:
        for url in (*ANALYTICAL, "/readyz"):
            assert "No data is published yet" in detail(api, url, 503)
            assert api.get(url).headers["retry-after"]
        assert api.get("/healthz").json() == {"status": "ok"}
        assert api.get("/v1/loads").json()["data"] == []
        taken = api.request("POST", "/v1/uploads?name=first.csv", content=b"a,b")
        assert (taken.status_code, taken.json()["data_version"]) == (202, None)


def test_loads_are_there_before_the_first_version(
    server_url: str, own_warehouse: Warehouse, tmp_path: Path
) -> None:
    run_as_superuser(server_url, own_warehouse, "delete from marts.data_versions")
    with running_api(own_warehouse, tmp_path) as api:
        body = api.get("/v1/loads").json()
        assert [load["file_name"] for load in body["data"]] == ["file 1"]
        assert (body["data_version"], body["as_of"]) == (None, None)
        assert "No data is published yet" in detail(api, "/v1/kpis", 503)


def test_a_version_without_events_is_empty(
    server_url: str, own_warehouse: Warehouse, tmp_path: Path
) -> None:
    tables = ["dim_cameras", "dim_sites", "dim_persons", "fct_events", "fct_sessions", "fct_visits"]
    for table in tables:
        run_as_superuser(server_url, own_warehouse, f"truncate marts.{table}")
    no_clock = "update marts.data_versions set data_clock_at = null"
    run_as_superuser(server_url, own_warehouse, no_clock)
    with running_api(own_warehouse, tmp_path) as api:
        assert api.get("/readyz").json()["as_of"] is None
        for query in ("", "?last=7d", "?from=2026-03-01&to=2026-03-02"):
            for url in ANALYTICAL:
                body = api.get(url + query).json()
                assert body["as_of"] is None
                assert body["data"] == [] or body["data"]["total_events"] == 0
        assert api.get("/v1/rankings?last=7d").json()["data"] == []
        compared = api.get("/v1/kpis?last=7d&compare=previous").json()["data"]
        assert compared["previous"]["from"] is compared["previous"]["to"] is None
        assert (compared["total_events"], compared["previous"]["total_events"]) == (0, 0)
        assert compared["change"]["total_events"] == {"absolute": 0, "relative": None}


def test_an_instant_looks_the_same_wherever_it_is_told(
    server_url: str, own_warehouse: Warehouse, tmp_path: Path
) -> None:
    for told in ("data_versions set data_clock_at", "dim_persons set last_event_at",
                 "fct_sessions set entry_at"):  # fmt: skip
        halved = f"update marts.{told} = '2026-03-06T08:00:00.5Z'"
        run_as_superuser(server_url, own_warehouse, halved)
    instant = "2026-03-06T08:00:00.5+00:00"
    with running_api(own_warehouse, tmp_path) as api:
        page = api.get("/v1/persons?person_id=P-03")
        one = api.get("/v1/persons/P-03").json()["data"]
        assert page.json()["as_of"] == page.headers["data-as-of"] == instant
        assert api.get("/readyz").json()["as_of"] == instant
        assert one.items() >= page.json()["data"][0].items() >= {"last_event_at": instant}.items()
        sessions = api.get("/v1/sessions?person_id=P-03").json()["data"]
        wanted = [instant] * len(sessions)
        assert [row["entry_at"] for row in sessions] == wanted
        assert [row["entry_at"] for row in one["sessions"]] == wanted
        assert wanted
        last = api.get("/v1/kpis?compare=previous&to=2026-03-06T08:00:00.5Z&from=2026-03-05T08:00Z")
        assert last.json()["data"]["previous"]["from"] == "2026-03-04T07:59:59.5+00:00"


@pytest.mark.parametrize("url", [f"{url}?last=2d" for url in ANALYTICAL])
def test_what_is_known_is_not_sent_again(api: Api, url: str) -> None:
    first = api.get(url)
    again = api.get(url, headers={"If-None-Match": f'"other", {first.headers["etag"]}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert api.get(url, headers={"If-None-Match": 'W/"1-0"'}).status_code == 200
    assert api.get(url, headers={"If-None-Match": "*"}).status_code == 304
    wrong = api.get(f"{url.partition('?')[0]}?camera_id=nowhere", headers={"If-None-Match": "*"})
    assert wrong.status_code == 422


def test_a_tag_fits_its_query_in_any_order(api: Api) -> None:
    tags = [
        api.get(f"/v1/sessions?{query}").headers["etag"]
        for query in (
            "camera_id=CAM-A&camera_id=CAM-B&limit=5",
            "limit=5&camera_id=CAM-B&camera_id=CAM-A",
            "camera_id=CAM-A&limit=5",
        )
    ]
    assert tags[0] == tags[1] != tags[2]


def test_a_new_version_has_a_new_tag(own_warehouse: Warehouse, tmp_path: Path) -> None:
    with running_api(own_warehouse, tmp_path) as api:
        tag = api.get("/v1/kpis").headers["etag"]
        new_version(own_warehouse)
        asked_at = published_at = time.monotonic()
        while (again := api.get("/v1/kpis", headers={"If-None-Match": tag})).status_code == 304:
            assert asked_at < published_at + FRESH_SECONDS
            asked_at = time.monotonic()
        assert (again.status_code, again.json()["data_version"]) == (200, 2)


@pytest.mark.parametrize("url", LIVE)
def test_live_views_are_not_kept(api: Api, url: str) -> None:
    answer = api.get(url)
    assert answer.status_code == 200
    assert "etag" not in answer.headers
    assert answer.headers["cache-control"] == "no-store"


def test_a_slow_query_ends_in_time(own_warehouse: Warehouse, tmp_path: Path) -> None:
    with (
        running_api(own_warehouse, tmp_path, api_statement_timeout_seconds=1.0) as api,
        psycopg.connect(own_warehouse.transformer) as connection,
    ):
        assert api.get("/v1/sessions?limit=1").status_code == 200  # the slowest is the first
        connection.execute("lock table marts.fct_sessions in access exclusive mode")
        assert "took too long" in detail(api, "/v1/sessions", 504)
        connection.rollback()
        assert api.get("/v1/sessions").status_code == 200


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ("alter table marts.dim_sites rename column timezone to zone", "UndefinedColumn"),
        ("alter table marts.fct_visits rename to visits", "UndefinedTable"),
        ("revoke select on marts.fct_sessions from {reader}", "InsufficientPrivilege"),
    ],
)
def test_marts_of_another_version_are_told_and_logged(
    server_url: str, own_warehouse: Warehouse, tmp_path: Path, caplog: pytest.LogCaptureFixture,
    change: LiteralString, cause: str,
) -> None:  # fmt: skip
    reader = sql.Identifier(urlsplit(own_warehouse.reader).username or "")
    run_as_superuser(server_url, own_warehouse, sql.SQL(change).format(reader=reader))
    with running_api(own_warehouse, tmp_path) as api:
        assert "built by another version of Dwellhouse" in detail(api, "/v1/kpis", 503)
        assert api.get("/v1/loads").status_code == 200, "the ledger is no mart"
    [record] = [one for one in caplog.records if one.name == "dwellhouse.api"]
    assert (record.levelname, record.__dict__["status"]) == ("WARNING", 503)
    assert record.__dict__["cause"].startswith(cause)


def test_a_database_that_comes_and_goes(shared_folder: Path, tmp_path: Path) -> None:
    server = EmbeddedPostgres(shared_folder / "restarts", {"fsync": "off"})
    with running_api(None, tmp_path) as api, server.running() as url:
        assert "stopped or busy" in detail(api, "/readyz", 503)
        settings = Settings(home=shared_folder / "restarts-home", role_prefix="")
        write_urls(prepare_warehouse(settings, with_database(url, "dwellhouse")), tmp_path)
        assert "No data is published yet" in detail(api, "/readyz", 503)
        assert "No data is published yet" in detail(api, "/v1/kpis", 503)
        for how in ("immediate", "fast"):
            server.stop(how)
            started = time.monotonic()
            for _ in range(5):
                for asked in ("/v1/kpis", "/v1/loads", "/readyz"):
                    assert "stopped or busy" in detail(api, asked, 503)
            assert time.monotonic() - started < 5
            assert api.get("/healthz").status_code == 200
            assert api.get("/metrics").status_code == 200
            server.start()
            started = time.monotonic()
            while "No data is published yet" not in detail(api, "/v1/kpis", 503):
                assert time.monotonic() - started < 5
