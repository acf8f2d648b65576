"""Schemathesis holds every operation to the OpenAPI document, with all of its checks."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.commands.api_keys import create_key
from orchestration.runtime.warehouse_urls import Warehouse
from tests.integration.api_client import write_warehouse
from tests.integration.api_server import served_api
from tests.soaking import SECONDS as SOAK_SECONDS

pytest_plugins = ["tests.integration.api_warehouse"]
pytestmark = pytest.mark.xdist_group("api")

CONFIG = Path(__file__).with_name("schemathesis.toml")
# Nothing may be refused for coming too often.
UNBOUNDED = {"api_requests_per_minute_by_key": 0, "api_requests_per_minute_by_address": 0}


@pytest.fixture
def served(own_warehouse: Warehouse, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The address of the API, and a key that may do all."""
    landing = tmp_path / "landing"
    landing.mkdir()
    write_warehouse(own_warehouse, tmp_path)
    key = create_key(tmp_path, "schemathesis", ["read", "upload"], None)
    with served_api(own_warehouse, tmp_path, landing=landing, **UNBOUNDED) as address:
        yield address, key


def test_every_operation_keeps_to_the_document(served: tuple[str, str], tmp_path: Path) -> None:
    assert_kept_to_the_document(*served, tmp_path, "--max-examples", "5", "--seed", "1")


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_every_operation_keeps_to_the_document_for_long(
    served: tuple[str, str], tmp_path: Path
) -> None:
    longest = f"{0.15 * SOAK_SECONDS:.0f}"
    assert_kept_to_the_document(*served, tmp_path, "--max-examples", "10000", "--max-time", longest)


def assert_kept_to_the_document(address: str, key: str, folder: Path, *options: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run",
         f"{address}/openapi.json", "--checks", "all", "--phases", "examples,coverage,fuzzing",
         "--header", f"Authorization: Bearer {key}", *options, "--continue-on-failure",
         "--generation-database", "none", "--no-color"],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
