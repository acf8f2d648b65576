"""The ledger through the API: live, also of files that are still loading."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from orchestration.runtime.warehouse_urls import Warehouse
from tests.integration.api_client import Api, running_api

pytest_plugins = ["tests.integration.api_warehouse"]
pytestmark = pytest.mark.xdist_group("api")

LOAD = (
    "insert into raw.loads (file_name, sha256, bytes, source, status, rows_read, rows_rejected, "
    "reason_code, validation) values (%s, %s, 1, 'default', %s, 9, 5, %s, '{\"ok\": false}') "
    "returning load_id"
)
REJECTED = (
    "insert into raw.rejected_rows (load_id, line_number, column_name, value, reason_code, "
    "raw_line, expectation) values (%s, %s, %s, %s, 'unparseable_timestamp', %s, 'is_instant')"
)
RAW_LINES = [
    "a,b",
    '"quoted"",\\',
    "=cmd|' /C calc'!A0",
    "\u202eśpäß\U0001f600",
    "\ttabs\x01 and all",
]


@pytest.fixture
def ledger(own_warehouse: Warehouse, tmp_path: Path) -> Iterator[tuple[Api, list[int]]]:
    """An API on a ledger with a file in each state, one of them with rejected rows."""
    with psycopg.connect(own_warehouse.loader) as connection:
        ids = []
        for status in ("loading", "rejected", "failed", "duplicate"):
            row = connection.execute(LOAD, [f"{status}.csv", status, status, None]).fetchone()
            assert row is not None
            ids.append(row[0])
        for line, text in enumerate(RAW_LINES, start=2):
            value = None if line == 2 else text[:3]
            connection.execute(REJECTED, [ids[0], line, None, value, text])
    with running_api(own_warehouse, tmp_path) as api:
        yield api, ids


def test_loads_come_latest_first_and_by_status(ledger: tuple[Api, list[int]]) -> None:
    api, ids = ledger
    page = api.get("/v1/loads?count=exact&limit=3").json()
    assert [load["load_id"] for load in page["data"]] == ids[::-1][:3]
    assert page["count"] == len(ids) + 1
    rest = api.get(f"/v1/loads?limit=3&cursor={page['next']}").json()
    assert [load["status"] for load in rest["data"]] == ["loading", "loaded"]
    asked = api.get("/v1/loads?status=failed&status=loading").json()["data"]
    assert [load["file_name"] for load in asked] == ["failed.csv", "loading.csv"]


def test_a_load_tells_everything(ledger: tuple[Api, list[int]]) -> None:
    api, ids = ledger
    load = api.get(f"/v1/loads/{ids[0]}").json()["data"]
    assert (load["status"], load["rows_read"], load["finished_at"]) == ("loading", 9, None)
    assert load["validation"] == {"ok": False}


def test_rejected_rows_are_shown_as_they_came(ledger: tuple[Api, list[int]]) -> None:
    api, ids = ledger
    first = api.get(f"/v1/loads/{ids[0]}/rejections?limit=2").json()
    rest = api.get(f"/v1/loads/{ids[0]}/rejections?cursor={first['next']}").json()
    rows = first["data"] + rest["data"]
    assert [row["raw_line"] for row in rows] == RAW_LINES
    assert [row["line_number"] for row in rows] == [2, 3, 4, 5, 6]
    by_value = f"/v1/loads/{ids[0]}/rejections?sort=-value&fields=value&limit=1"
    seen, url = [], by_value
    while url:
        answer = api.get(url)
        seen += [row["value"] for row in answer.json()["data"]]
        url = answer.links["next"]["url"] if "next" in answer.links else ""
    assert seen == [*sorted((text[:3] for text in RAW_LINES[1:]), reverse=True), None]
    assert api.get(f"/v1/loads/{ids[1]}/rejections").json()["data"] == []
