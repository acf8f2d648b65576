"""Long files: in flat memory, and given up as soon as nobody listens any more."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psycopg
import pytest

from orchestration.runtime.warehouse import Warehouse
from tests.e2e.running_stack import free_port
from tests.integration.api_client import write_urls
from tests.waiting import until

pytest_plugins = ["tests.integration.api_warehouse"]
pytestmark = pytest.mark.xdist_group("api")

ROWS = 200_000
MORE_SESSIONS = (
    "insert into marts.fct_sessions (session_id, person_id, camera_id, site_id, entry_at, "
    "session_status) select gen_random_uuid(), 'P-' || number, 'CAM-A', 'north', "
    "timestamptz '2026-03-02' + number * interval '1 second', 'open' "
    f"from generate_series(1, {ROWS}) as number"
)
START_SECONDS = 60


@contextmanager
def api_process(warehouse: Warehouse, home: Path, **settings: object) -> Iterator[tuple[str, int]]:
    """Run the API as a process; give its address and its id."""
    (home / "secrets").mkdir()
    write_urls(warehouse, home)
    port = free_port()
    given = {"HOME": home, "API_PORT": port, **settings}
    env = {**os.environ, **{f"DWELLHOUSE_{name}": str(value) for name, value in given.items()}}
    process = subprocess.Popen([sys.executable, "-m", "serving"], env=env)
    address = f"http://127.0.0.1:{port}"
    try:
        until(lambda: _is_up(process, address), START_SECONDS)
        yield address, process.pid
    finally:
        process.terminate()
        process.wait(START_SECONDS)


def _is_up(process: subprocess.Popen[bytes], address: str) -> bool:
    assert process.poll() is None
    try:
        return httpx.get(f"{address}/readyz").status_code == 200
    except httpx.TransportError:
        return False


def peak_megabytes(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text("utf-8")
    return next(int(x.split()[1]) / 1024 for x in status.splitlines() if x.startswith("VmHWM"))


@pytest.fixture
def long_warehouse(own_warehouse: Warehouse) -> Warehouse:
    with psycopg.connect(own_warehouse.transformer) as connection:
        connection.execute(MORE_SESSIONS)
    return own_warehouse


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_does_not_grow_with_the_file(long_warehouse: Warehouse, tmp_path: Path) -> None:
    with api_process(long_warehouse, tmp_path) as (address, pid):
        httpx.get(f"{address}/v1/sessions.csv?limit=1000")
        before = peak_megabytes(pid)
        for form, least_megabytes in (("csv", 15), ("ndjson", 40)):
            size = 0
            with httpx.stream("GET", f"{address}/v1/sessions.{form}", timeout=60) as answer:
                for part in answer.iter_raw():
                    size += len(part)
            assert size > least_megabytes * 1024**2
        assert peak_megabytes(pid) - before < 25


def test_whoever_hangs_up_frees_the_connection(long_warehouse: Warehouse, tmp_path: Path) -> None:
    with api_process(long_warehouse, tmp_path, API_POOL_SIZE=1) as (address, _):
        for _ in range(3):
            with httpx.stream("GET", f"{address}/v1/sessions.ndjson", timeout=30) as answer:
                assert next(answer.iter_raw())
            assert httpx.get(f"{address}/v1/kpis?last=1d", timeout=30).status_code == 200
