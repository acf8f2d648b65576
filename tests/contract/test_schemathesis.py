"""Schemathesis holds every operation to the OpenAPI document, with all of its checks.

`SCHEMATHESIS_EXAMPLES=1000` makes a long run of it.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.runtime.api_keys import create_key
from orchestration.runtime.warehouse import Warehouse
from tests.integration.api_client import write_warehouse
from tests.integration.api_server import served_api

pytest_plugins = ["tests.integration.api_warehouse"]
pytestmark = pytest.mark.xdist_group("api")

EXAMPLES = int(os.environ.get("SCHEMATHESIS_EXAMPLES", "5"))
SECONDS = 240 * max(1, EXAMPLES // 5)
CONFIG = Path(__file__).with_name("schemathesis.toml")
# Nothing may be refused for coming too often.
UNBOUNDED = {"api_requests_per_minute_by_key": 0, "api_requests_per_minute_by_address": 0}


@pytest.mark.timeout(SECONDS + 60)
def test_every_operation_keeps_to_the_document(own_warehouse: Warehouse, tmp_path: Path) -> None:
    landing = tmp_path / "landing"
    landing.mkdir()
    write_warehouse(own_warehouse, tmp_path)
    key = create_key(tmp_path, "schemathesis", ["read", "upload"], None)
    with served_api(own_warehouse, tmp_path, landing=landing, **UNBOUNDED) as address:
        done = subprocess.run(
            [sys.executable, "-m", "schemathesis.cli", "--config-file", str(CONFIG), "run",
             f"{address}/openapi.json", "--checks", "all", "--phases", "examples,coverage,fuzzing",
             "--header", f"Authorization: Bearer {key}", "--max-examples", str(EXAMPLES),
             "--seed", "1", "--continue-on-failure", "--generation-database", "none", "--no-color"],
            cwd=tmp_path, capture_output=True, text=True, timeout=SECONDS, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stdout[-8000:] + done.stderr[-2000:]
