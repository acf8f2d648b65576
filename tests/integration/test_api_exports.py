"""Long files: in flat memory, and given up as soon as nobody listens any more."""

import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from orchestration.runtime.warehouse_urls import Warehouse
from tests.conftest import copied_database, of_database
from tests.integration.serving_process import ServingProcess, serving_process

pytest_plugins = ["tests.integration.api_warehouse"]
pytestmark = pytest.mark.xdist_group("api")

ROWS = 200_000
MORE_SESSIONS = (
    "insert into marts.fct_sessions (session_id, person_id, camera_id, site_id, entry_at, "
    "session_status) select gen_random_uuid(), 'P-' || number, 'CAM-A', 'north', "
    "timestamptz '2026-03-02' + number * interval '1 second', 'open' "
    f"from generate_series(1, {ROWS}) as number"
)


def peak_megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    return next(int(x.split()[1]) / 1024 for x in status.splitlines() if x.startswith("VmHWM"))


@pytest.fixture(scope="module")
def api(
    server_url: str, template: Warehouse, built_database: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[ServingProcess]:  # fmt: skip
    """An API with many sessions and with one connection, which each of these files needs."""
    with copied_database(server_url, built_database) as name:
        warehouse = of_database(template, name)
        with psycopg.connect(warehouse.transformer) as connection:
            connection.execute(MORE_SESSIONS)
        home = tmp_path_factory.mktemp("exports")
        with serving_process(warehouse, home, api_pool_size=1) as api:
            yield api


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_does_not_grow_with_the_file(api: ServingProcess) -> None:
    httpx.get(f"{api.url}/v1/sessions.csv?limit=1000")
    before = peak_megabytes(api.process.pid)
    for form, least_megabytes in (("csv", 15), ("ndjson", 40)):
        size = 0
        with httpx.stream("GET", f"{api.url}/v1/sessions.{form}", timeout=60) as answer:
            for part in answer.iter_raw():
                size += len(part)
        assert size > least_megabytes * 1024**2
    assert peak_megabytes(api.process.pid) - before < 25


def test_whoever_hangs_up_frees_the_connection(api: ServingProcess) -> None:
    for _ in range(3):
        with httpx.stream("GET", f"{api.url}/v1/sessions.ndjson", timeout=30) as answer:
            assert next(answer.iter_raw())
        assert httpx.get(f"{api.url}/v1/kpis?last=1d", timeout=30).status_code == 200
