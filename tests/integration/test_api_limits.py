"""What asks too often, too much or too slowly is told so, and is no burden to others."""

import json
import signal
import socket
import statistics
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from orchestration.commands.api_keys import create_key
from orchestration.runtime.warehouse_urls import Warehouse
from serving.front import redis_store
from serving.front.rates import _subscriber
from tests.integration.api_client import Api, running_api, write_warehouse
from tests.integration.redis_server import running_redis
from tests.integration.serving_process import ServingProcess, serving_process
from tests.waiting import until

pytest_plugins = ["tests.integration.api_warehouse"]
pytestmark = pytest.mark.xdist_group("api")

# Longer than it takes on a busy machine to open hundreds of connections: none may be given up
# before all are there.
PATIENCE_SECONDS = 6
MINUTE_SECONDS = 60
FAR = "203.0.113.7"


@pytest.fixture(scope="module")
def process(
    api_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ServingProcess]:  # fmt: skip
    home = tmp_path_factory.mktemp("process")
    with serving_process(api_warehouse, home, api_patience_seconds=PATIENCE_SECONDS) as running:
        yield running


def statuses(api: Api, count: int, key: str | None = None) -> list[int]:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    return [api.get("/v1/cameras", headers=headers).status_code for _ in range(count)]


def have_time_in_this_minute(seconds: float = 10) -> None:
    """Wait for the next minute of the clock if this one is nearly over.

    Requests are counted by it; of those of the last minute a part only counts on.
    """
    left = MINUTE_SECONDS - time.time() % MINUTE_SECONDS
    if left < seconds:
        time.sleep(left + 0.1)


def test_a_key_may_ask_so_often(own_warehouse: Warehouse, tmp_path: Path) -> None:
    write_warehouse(own_warehouse, tmp_path)
    one, other = (create_key(tmp_path, name, ["read"], None) for name in ("one", "other"))
    with running_api(own_warehouse, tmp_path, api_requests_per_minute_by_key=5) as api:
        have_time_in_this_minute()
        assert statuses(api, 7, one) == [200] * 5 + [429] * 2
        refused = api.get("/v1/kpis", headers={"Authorization": f"Bearer {one}"})
        assert refused.headers["content-type"] == "application/problem+json"
        assert 1 <= int(refused.headers["retry-after"]) <= 60
        assert "5 requests a minute by one key" in refused.json()["detail"]
        assert statuses(api, 5, other) == [200] * 5
        assert api.get("/healthz").status_code == 200


def test_an_address_may_ask_so_often_also_without_a_key(
    own_warehouse: Warehouse, tmp_path: Path
) -> None:
    limited: dict[str, Any] = {"api_requests_per_minute_by_address": 4}
    with running_api(own_warehouse, tmp_path, address=FAR, **limited) as api:
        have_time_in_this_minute()
        assert statuses(api, 6) == [401] * 4 + [429] * 2
    with running_api(own_warehouse, tmp_path, **limited) as api:
        assert statuses(api, 6) == [200] * 6


def test_addresses_of_one_subscriber_are_one() -> None:
    assert _subscriber("2001:db8:1:2::1") == _subscriber("2001:db8:1:2:ffff::9")
    assert _subscriber("2001:db8:1:2::1") != _subscriber("2001:db8:1:3::1")
    assert _subscriber("203.0.113.7") != _subscriber("203.0.113.8")
    assert _subscriber("::ffff:203.0.113.7") == _subscriber("203.0.113.7")
    assert _subscriber("nonsense") == "nonsense"


def test_processes_count_together_by_redis_and_alone_without(
    own_warehouse: Warehouse, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What is asserted is that they share, not how soon they would go on without.
    monkeypatch.setattr(redis_store, "PATIENCE_SECONDS", 5)
    with running_redis() as redis, ExitStack() as stack:
        one, other = (
            stack.enter_context(
                running_api(
                    own_warehouse, tmp_path, address=FAR, redis_url=redis.url,
                    api_requests_per_minute_by_address=4,
                )
            )
            for _ in range(2)
        )  # fmt: skip
        have_time_in_this_minute()
        assert statuses(one, 2) + statuses(other, 2) == [401] * 4
        assert statuses(one, 1) == statuses(other, 1) == [429]
        redis.send(signal.SIGKILL)
        assert statuses(other, 5) == [401] * 4 + [429]
        redis.start()


@pytest.mark.parametrize(
    ("method", "url", "headers", "content", "status"),
    [
        ("GET", "/v1/kpis?person_id=" + "x" * 40_000, {}, b"", 414),
        ("GET", "/v1/kpis", {"X-Long": "x" * 40_000}, b"", 431),
        ("GET", "/v1/kpis", {}, b"x" * 10, 413),
        ("POST", "/v1/kpis", {}, b"x" * 10, 413),
        ("POST", "/v1/nothing", {}, b"x" * 10**6, 413),
        ("PUT", "/v1/kpis", {}, b"", 405),
        ("OPTIONS", "/v1/kpis", {"Origin": "http://localhost:9"}, b"", 405),
    ],
)  # fmt: skip
def test_what_is_too_large_is_told(
    api: Api, method: str, url: str, headers: dict[str, str], content: bytes, status: int
) -> None:
    answer = api.request(method, url, headers=headers, content=content)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


def test_pages_of_other_sites_may_not_ask_unless_told(
    own_warehouse: Warehouse, tmp_path: Path
) -> None:
    page = "https://dashboard.example"
    preflight = {
        "Origin": page, "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization",
    }  # fmt: skip
    with running_api(own_warehouse, tmp_path) as api:
        assert api.request("OPTIONS", "/v1/kpis", headers=preflight).status_code == 401
        assert "access-control-allow-origin" not in api.get("/v1/kpis").headers
    with running_api(own_warehouse, tmp_path, api_cors_origins=f"{page}, http://b") as api:
        allowed = api.request("OPTIONS", "/v1/kpis", headers=preflight)
        assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (200, page)
        answer = api.get("/v1/kpis", headers={"Origin": page})
        assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, page)
        shown = answer.headers["access-control-expose-headers"].lower().split(", ")
        always = {"cache-control", "content-length", "content-type", "vary"}
        files = api.get("/v1/sessions.csv?limit=1&count=exact").headers.keys()
        assert {"link", "total-count", "data-version", "data-as-of", "etag"} <= files
        assert files - always <= {*shown}
        assert {"allow", "location", "retry-after", "www-authenticate"} <= {*shown}
        elsewhere = api.get("/v1/kpis", headers={"Origin": "https://elsewhere.example"})
        assert elsewhere.status_code == 401


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"Headers": "authorization, if-none-match, x-request-id"}, None),
        ({"Headers": "x-odd"}, "headers: pages of DWELLHOUSE_API_CORS_ORIGINS may ask, by GET"),
        ({"Method": "DELETE"}, "method: pages of"),
        ({"Origin": "https://elsewhere.example"}, "origin: pages of"),
    ],
)
def test_a_browser_that_asks_beforehand_is_told_why_not(
    tmp_path: Path, asked: dict[str, str], told: str | None
) -> None:
    page = "https://dashboard.example"
    origin = {"Origin": asked.get("Origin", page)}
    wanted = {
        f"Access-Control-Request-{name}": asked.get(name, default)
        for name, default in {"Method": "GET", "Headers": "authorization"}.items()
    }
    with running_api(None, tmp_path, api_cors_origins=page) as api:
        answer = api.request("OPTIONS", "/v1/kpis", headers=origin | wanted)
    assert answer.status_code == (400 if told else 200)
    if told:
        assert answer.headers["content-type"] == "application/problem+json"
        assert told in answer.json()["detail"]
        assert answer.json()["instance"] == "/v1/kpis"
        assert "origin" in answer.headers["vary"].lower()


def test_a_request_that_stands_still_is_given_up(own_warehouse: Warehouse, tmp_path: Path) -> None:
    with (
        running_api(own_warehouse, tmp_path, api_patience_seconds=2) as api,
        psycopg.connect(own_warehouse.transformer) as connection,
    ):
        connection.execute("lock table marts.fct_sessions in access exclusive mode")
        answer = api.get("/v1/sessions?limit=3")
        assert (answer.status_code, answer.json()["status"]) == (504, 504)
        connection.rollback()
        assert api.get("/v1/sessions?limit=3").status_code == 200


def problem_of(connection: socket.socket) -> tuple[int, dict[str, object]]:
    """Read an answer that closes the connection; it must be a problem."""
    received = b""
    while part := connection.recv(65536):
        received += part
    head, _, body = received.partition(b"\r\n\r\n")
    assert b"content-type: application/problem+json" in head.lower()
    return int(head.split()[1]), json.loads(body)


def test_what_is_no_http_is_told(process: ServingProcess) -> None:
    with process.connect() as connection:
        connection.sendall(b"\x16\x03\x01 hello\r\n\r\n")
        assert problem_of(connection)[0] == 400


def test_who_does_not_escape_an_address_is_told_to(process: ServingProcess) -> None:
    with process.connect() as connection:
        address = "/v1/kpis?category=Café".encode()
        connection.sendall(b"GET " + address + b" HTTP/1.1\r\nHost: localhost\r\n\r\n")
        status, problem = problem_of(connection)
        assert (status, problem["status"]) == (400, 400)
        assert "%C3%A9" in str(problem["detail"])


def test_a_head_without_end_is_refused(process: ServingProcess) -> None:
    with process.connect() as connection:
        connection.sendall(b"GET /v1/kpis HTTP/1.1\r\n")
        with pytest.raises(OSError):  # noqa: PT011, PT012 - it is cut off at some point
            for _ in range(10_000):
                connection.sendall(b"X-More: " + b"x" * 1000 + b"\r\n")
                time.sleep(0.001)
    with process.connect() as connection:
        connection.sendall(b"GET /v1/kpis HTTP/1.1\r\nX-More: " + b"x" * 70_000)
        assert problem_of(connection)[0] == 431


def answer_to_garbage(process: ServingProcess) -> int | None:
    """Send 100 MB that nobody wants; None if the connection was cut off before an answer."""
    garbage = (b"x" * 65536 for _ in range(1600))
    try:
        return httpx.post(f"{process.url}/v1/kpis", content=garbage, timeout=30).status_code
    except (httpx.WriteError, httpx.ReadError):
        return None


def slowest_answer(process: ServingProcess) -> float:
    """Give the seconds that 99 of 100 usual requests take at most."""
    with httpx.Client(base_url=process.url) as client:
        client.get("/v1/sessions?limit=5")
        times = []
        for _ in range(300):
            started = time.perf_counter()
            assert client.get("/v1/sessions?limit=5").status_code == 200
            times.append(time.perf_counter() - started)
    return statistics.quantiles(times, n=100)[-1]


def harmed(process: ServingProcess) -> tuple[float, float]:
    """Give how long others wait beside slow and greedy clients, and without them at most."""
    usual = slowest_answer(process)
    with ExitStack() as stack:
        slow = [stack.enter_context(process.connect()) for _ in range(500)]
        for connection in slow:
            connection.sendall(b"GET /v1/kpis HTTP/1.1\r\nHost: localhost\r\nX-Slow: ")
        assert answer_to_garbage(process) in (413, None)
        beside = slowest_answer(process)
        time.sleep(PATIENCE_SECONDS)
        for connection in slow:
            connection.settimeout(1)
            assert problem_of(connection)[0] == 408
    return beside, max(usual, slowest_answer(process))


def test_slow_and_greedy_clients_do_not_harm_others(process: ServingProcess) -> None:
    """500 heads that never end and 100 MB of garbage, while one asks as usual."""
    # Harm would be there at each look; what else the machine does is not.
    looks = (harmed(process) for _ in range(3))
    assert any(beside < 2 * usual + 0.02 for beside, usual in looks)


def status_if_let_in(process: ServingProcess) -> int | None:
    """Ask once; None if the connection was one too many, whether told so or cut off before."""
    try:
        status = httpx.get(f"{process.url}/v1/kpis").status_code
    except httpx.TransportError:
        return None
    return None if status == 503 else status


def test_connections_are_bounded(process: ServingProcess) -> None:
    with ExitStack() as stack:
        many = [stack.enter_context(process.connect()) for _ in range(820)]
        assert problem_of(many[-1])[0] == 503
    # The server learns of the ends one by one.
    assert until(lambda: status_if_let_in(process), 5) == 200


def test_one_who_does_not_read_is_let_go(process: ServingProcess) -> None:
    with process.connect() as connection:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        request = b"GET /openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"
        connection.settimeout(10)
        with pytest.raises(OSError):  # noqa: PT011, PT012 - it is cut off at some point
            for _ in range(200):
                connection.sendall(request * 50)
                time.sleep(0.05)
