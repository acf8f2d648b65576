"""Every example of docs/api.md is run, on the data of the demo."""

import csv
import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from urllib.request import urlopen

import pytest

from orchestration.lib.building.dbt_build import DbtProject
from orchestration.lib.generation import Generation, generated_rows
from orchestration.runtime.warehouse_urls import Warehouse
from serving.settings import PROJECT_ROOT
from tests.conftest import TEMPLATE, copied_database, of_database
from tests.integration.api_server import served_api
from tests.reference.events import RawRow

pytest_plugins = ["tests.integration.api_warehouse"]
pytestmark = pytest.mark.xdist_group("api")

TEXT = (PROJECT_ROOT / "docs" / "api.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", TEXT, flags=re.MULTILINE | re.DOTALL)
CURL = [line[2:] for kind, text in BLOCKS if kind == "console"
        for line in text.splitlines() if line.startswith("$ ")]  # fmt: skip
PYTHON = [text for kind, text in BLOCKS if kind == "python"]
ADDRESSES = re.findall(r"`http://127\.0\.0\.1:8000(/[^`]+)`", TEXT)
ROUTES = re.findall(r"`(/(?:v1|healthz|readyz)[^`…]*)`", TEXT.partition("## Filters")[0])


@pytest.fixture(scope="module")
def address(
    server_url: str,
    template: Warehouse,
    api_project: DbtProject,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[str]:
    """The address of an API on the demo's month, with fewer rows."""
    from tests.integration.api_warehouse import SEEDS_ONLY, build_and_publish, load_rows

    generation = Generation(rows=int(os.environ.get("DEMO_ROWS", "4000")))
    rows = [_raw_row(row.fields) for row in generated_rows(generation) if not row.reason_code]
    with copied_database(server_url, TEMPLATE) as name:
        warehouse = of_database(template, name)
        assert api_project.build(warehouse.transformer, {}, select=SEEDS_ONLY).success
        load_rows(warehouse, rows)
        build_and_publish(warehouse, api_project)
        home = tmp_path_factory.mktemp("demo")
        (landing := home / "landing").mkdir()
        with served_api(warehouse, home, landing=landing) as address:
            yield address


def _raw_row(fields: Sequence[str]) -> RawRow:
    at, person, camera, kind, age_group, gender, name, zone, site = fields
    known = {"age_group": age_group or None, "gender": gender or None}
    instant = datetime.fromisoformat(at)
    return RawRow(1, instant, person, camera, kind, **known, camera_name=name or None,
                  zone=zone or None, site_id=site or None)  # fmt: skip


@pytest.mark.parametrize("command", CURL)
def test_a_command_gives_what_it_says(address: str, tmp_path: Path, command: str) -> None:
    (tmp_path / "march.csv").write_text("timestamp,person_id,camera_id,event_type\n", "utf-8")
    there = command.replace("http://127.0.0.1:8000", address)
    there = there.replace("127.0.0.1:8000", address.removeprefix("http://"))
    assert there != command
    done = subprocess.run(
        ["bash", "-o", "pipefail", "-c", there], cwd=tmp_path, capture_output=True, check=True
    )  # fmt: skip
    said = done.stdout + b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert (b'"status":422' in said) == ("camra_id" in command), said[:500]
    assert said
    assert b'"data":[]' not in said


@pytest.mark.parametrize("program", PYTHON)
def test_a_program_runs(address: str, tmp_path: Path, program: str) -> None:
    there = program.replace("http://127.0.0.1:8000", address)
    done = subprocess.run(
        [sys.executable, "-c", there], cwd=tmp_path, capture_output=True, text=True, check=False
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "sessions without an exit" in done.stdout


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_spreadsheet_can_read_an_address(address: str, path: str) -> None:
    with urlopen(address + path) as answer:
        header, *rows = csv.reader(io.StringIO(answer.read().decode(), newline=""))
    assert rows
    assert {len(row) for row in rows} == {len(header)}


def test_every_route_is_told(address: str) -> None:
    with urlopen(f"{address}/openapi.json") as answer:
        told = set(re.findall(r'"(/(?:v1|healthz|readyz)[^"]*)":\{', answer.read().decode()))
    assert {re.sub(r"\{.*?\}", "{}", path) for path in told} == {
        re.sub(r"\{.*?\}", "{}", path) for path in ROUTES
    }


def test_examples_are_found_at_all() -> None:
    assert len(CURL) >= 8
    assert len(PYTHON) >= 1
    assert ADDRESSES
