"""What an operator sees of the API: readiness, metrics, the log; and how it ends."""

import json
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest
from prometheus_client.parser import text_string_to_metric_families

from orchestration.runtime.stack import END_SECONDS
from orchestration.runtime.warehouse_urls import Warehouse
from serving.__main__ import GRACE_SECONDS
from tests.integration.api_client import Api, running_api
from tests.integration.serving_process import ServingProcess, serving_process
from tests.integration.sessions_lock import sessions_locked, until_a_query_waits
from tests.waiting import until

pytest_plugins = ["tests.integration.api_warehouse"]
pytestmark = pytest.mark.xdist_group("api")


@pytest.fixture
def process(own_warehouse: Warehouse, tmp_path: Path) -> Iterator[ServingProcess]:
    (tmp_path / "landing").mkdir()
    with serving_process(own_warehouse, tmp_path, api_access_log=True) as running:
        yield running


def measured(api: Api) -> dict[tuple[str, str, str], float]:
    """Give the value of each sample by name, route and status."""
    return {
        (sample.name, sample.labels.get("route", ""), sample.labels.get("status", "")): sample.value
        for family in text_string_to_metric_families(api.get("/metrics").text)
        for sample in family.samples
    }


def test_ready_tells_which_data(api: Api) -> None:
    ready = api.get("/readyz").json()
    assert (ready["status"], ready["data_version"]) == ("ready", 1)
    assert ready["age_seconds"] >= 0


def test_old_data_is_not_ready_if_told_so(own_warehouse: Warehouse, tmp_path: Path) -> None:
    with running_api(own_warehouse, tmp_path, api_ready_max_age_hours=1e-6) as api:
        time.sleep(0.01)
        stale = api.get("/readyz")
        assert stale.status_code == 503
        assert "DWELLHOUSE_API_READY_MAX_AGE_HOURS" in stale.json()["detail"]
        assert api.get("/v1/kpis").status_code == 200


def test_metrics_count_what_was_asked(own_warehouse: Warehouse, tmp_path: Path) -> None:
    with running_api(own_warehouse, tmp_path) as api:
        for _ in range(3):
            answer = api.get("/v1/sessions?limit=4")
            api.request("HEAD", "/v1/sessions?limit=4")
            api.get("/v1/sessions?limit=4", headers={"If-None-Match": answer.headers["etag"]})
        for number in range(50):
            api.get(f"/v1/loads/{number + 100}")
            api.get(f"/nothing/{number}")
            api.request("BREW", f"/v1/kpis?number={number}")
        seen = measured(api)
    assert seen["dwellhouse_api_requests_total", "/v1/sessions", "200"] == 3
    assert seen["dwellhouse_api_requests_total", "/v1/sessions", "304"] == 3
    assert seen["dwellhouse_api_requests_total", "/v1/loads/{load_id}", "404"] == 50
    assert seen["dwellhouse_api_requests_total", "other", "404"] == 50
    assert seen["dwellhouse_api_request_seconds_count", "/v1/sessions", ""] == 9
    assert seen["dwellhouse_api_rows_sent_total", "", ""] == 12
    assert seen["dwellhouse_api_answers_from_memory_total", "", ""] == 8
    assert seen["dwellhouse_api_data_version", "", ""] == 1
    assert seen["dwellhouse_api_data_clock_seconds", "", ""] > 1.7e9
    assert seen["dwellhouse_api_database_pool_size", "", ""] >= 1
    assert len(seen) < 200


def test_the_log_is_json_and_knows_the_request(process: ServingProcess) -> None:
    headers = {"X-Request-ID": "from-a-proxy.1"}
    answer = httpx.get(f"{process.url}/v1/sessions?limit=3&person_id=P-01", headers=headers)
    assert answer.headers["x-request-id"] == "from-a-proxy.1"
    strange = httpx.get(f"{process.url}/v1/kpis", headers={"X-Request-ID": "a b;c"})
    assert strange.headers["x-request-id"] != "a b;c"
    lines = [json.loads(line) for line in process.log.read_text().splitlines()]
    [line] = [line for line in lines if line.get("request_id") == "from-a-proxy.1"]
    assert line["event"] == "request"
    assert (line["path"], line["status"], line["rows"]) == ("/v1/sessions", 200, 3)
    assert "P-01" not in process.log.read_text()
    assert len({line.get("request_id") for line in lines if line["event"] == "request"}) > 1


def test_a_failure_is_logged_once_and_tells_nothing(
    own_warehouse: Warehouse, tmp_path: Path, caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    async def broken(*_: object) -> None:
        message = "a secret"
        raise RuntimeError(message)

    monkeypatch.setattr("serving.routers.loads.read_load", broken)
    with running_api(own_warehouse, tmp_path) as api:
        answer = api.get("/v1/loads/1")
    assert (answer.status_code, answer.json()["status"]) == (500, 500)
    assert answer.headers["x-request-id"]
    assert "secret" not in answer.text
    assert caplog.text.count("RuntimeError: a secret") == 1


def is_accepting(process: ServingProcess) -> bool:
    try:
        socket.create_connection(("127.0.0.1", process.port), timeout=1).close()
    except OSError:  # refused or reset
        return False
    return True


def test_it_ends_when_told_to_and_finishes_what_it_began(
    process: ServingProcess, own_warehouse: Warehouse
) -> None:
    with (
        sessions_locked(own_warehouse) as connection,
        process.connect() as asking, process.connect() as idle,
    ):  # fmt: skip
        asking.sendall(b"GET /v1/sessions?limit=1 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        until_a_query_waits(connection)
        process.process.send_signal(signal.SIGTERM)
        # After the seconds of grace it would end what it began.
        until(lambda: not is_accepting(process), GRACE_SECONDS - 1)
        connection.rollback()
        assert asking.recv(65536).startswith(b"HTTP/1.1 200")
        assert idle.recv(10) == b""
    process.process.wait(timeout=30)
    query = "select status from access.requests where path = '/v1/sessions'"
    with psycopg.connect(own_warehouse.keymaster) as connection:
        assert connection.execute(query).fetchall() == [(200,)]


def test_it_ends_in_time_whatever_still_runs(
    process: ServingProcess, own_warehouse: Warehouse
) -> None:  # fmt: skip
    with sessions_locked(own_warehouse) as connection, process.connect() as asking:
        asking.sendall(b"GET /v1/sessions?limit=1 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        until_a_query_waits(connection)
        process.process.send_signal(signal.SIGTERM)
        # Longer than that, the stack does not wait.
        assert process.process.wait(timeout=END_SECONDS) is not None
