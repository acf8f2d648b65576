"""Long files keep connections while they are read: not too many at once, and none for long."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx
import psycopg
import pytest

from orchestration.runtime.warehouse_urls import Warehouse
from tests.conftest import copied_database, of_database
from tests.integration.api_server import served_api
from tests.waiting import until

pytest_plugins = ["tests.integration.api_warehouse"]
pytestmark = pytest.mark.xdist_group("api")

# As a file they are more than what fits between a server that sends and a client that waits.
MORE_SESSIONS = (
    "insert into marts.fct_sessions (session_id, person_id, camera_id, site_id, entry_at, "
    "session_status) select gen_random_uuid(), 'P-' || number, 'CAM-A', 'north', "
    "timestamptz '2026-03-02' + number * interval '1 second', 'open' "
    "from generate_series(1, 100000) as number"
)


@pytest.fixture(scope="module")
def long_warehouse(
    server_url: str, template: Warehouse, built_database: str
) -> Iterator[Warehouse]:
    with copied_database(server_url, built_database) as name:
        warehouse = of_database(template, name)
        with psycopg.connect(warehouse.transformer) as connection:
            connection.execute(MORE_SESSIONS)
        yield warehouse


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "landing").mkdir()
    return tmp_path


def test_half_of_the_connections_are_left_to_others(
    long_warehouse: Warehouse, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serving.answering.exports.PATIENCE_SECONDS", 0.5)
    settings = {"landing": home / "landing", "api_pool_size": 4}
    with served_api(long_warehouse, home, **settings) as address, ExitStack() as reading:
        long_file = f"{address}/v1/sessions.ndjson"
        files = [
            reading.enter_context(httpx.stream("GET", long_file, timeout=30)).iter_raw()
            for _ in range(2)
        ]
        assert all(next(parts) for parts in files)
        refused = httpx.get(long_file)
        assert refused.status_code == 503
        assert refused.headers["content-type"] == "application/problem+json"
        assert refused.headers["retry-after"]
        assert (
            "are being sent already: 2, half of DWELLHOUSE_API_POOL_SIZE"
            in refused.json()["detail"]
        )
        for others in ("sessions.ndjson?limit=1000", "visits.csv", "cameras.parquet", "kpis"):
            assert httpx.get(f"{address}/v1/{others}").status_code == 200, others
        reading.close()
        until(lambda: httpx.head(long_file).status_code == 200)


def test_a_file_that_takes_too_long_is_seen_to_be_cut(
    long_warehouse: Warehouse, home: Path, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    monkeypatch.setattr("serving.answering.exports.MOST_SECONDS", 1.0)
    settings = {"landing": home / "landing", "api_pool_size": 1}
    with (
        served_api(long_warehouse, home, **settings) as address,
        httpx.stream("GET", f"{address}/v1/sessions.ndjson", timeout=30) as answer,
    ):
        parts = answer.iter_raw()
        assert next(parts)
        # Needs the only connection, while the client still holds the file open.
        assert httpx.get(f"{address}/v1/kpis", timeout=30).status_code == 200
        with pytest.raises(httpx.RemoteProtocolError, match="incomplete"):
            list(parts)
    assert "/v1/sessions.ndjson was cut after 1 s" in caplog.text
