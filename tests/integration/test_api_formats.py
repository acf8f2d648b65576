"""Tables as CSV, NDJSON and Parquet: the same rows, by suffix or by Accept, in little memory."""

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import psycopg
import pyarrow.parquet as pq
import pytest

from orchestration.commands.api_keys import create_key
from orchestration.runtime.warehouse_urls import Warehouse
from tests.integration.api_client import Api, running_api, write_warehouse

pytest_plugins = ["tests.integration.api_warehouse"]
pytestmark = pytest.mark.xdist_group("api")

ACCEPTED = {
    "csv": "text/csv",
    "ndjson": "application/x-ndjson",
    "parquet": "application/vnd.apache.parquet",
}
TABLES = [
    "/v1/sessions", "/v1/events", "/v1/visits", "/v1/persons", "/v1/cameras", "/v1/sites",
    "/v1/loads", "/v1/loads/1/rejections", "/v1/dwell", "/v1/dwell/histogram", "/v1/rankings",
    "/v1/demographics", "/v1/transitions", "/v1/visitors/repeat", "/v1/occupancy/current",
    "/v1/marts/agg_camera_hourly", "/v1/marts/data_versions",
]  # fmt: skip
Row = dict[str, Any]
# What is not a list, and the rows of its files.
AS_TABLES: dict[str, Callable[[Any], list[Row]]] = {
    "/v1/quality": lambda data: list(data["cameras"]),
    "/v1/marts": list,
    "/v1/loads/1": lambda data: [data],
    "/v1/persons/P-03": lambda data: [data],
    f"/v1/persons/{quote('P/new 0+%2F?é')}": lambda data: [data],
}


def rows_of(answer: httpx.Response) -> list[Row]:
    """Read an answer of any format; values of CSV stay texts."""
    match answer.headers["content-type"].split(";")[0]:
        case "text/csv":
            return list(csv.DictReader(io.StringIO(answer.text, newline="")))
        case "application/x-ndjson":
            return [json.loads(line) for line in answer.text.splitlines()]
        case "application/vnd.apache.parquet":
            return list(pq.read_table(io.BytesIO(answer.content)).to_pylist())
        case _:
            return list(answer.json()["data"])


def as_text(value: object) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return compact(value) if isinstance(value, (bool, dict, list)) else repr(value)


def compact(value: object) -> str:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


@pytest.mark.parametrize("path", TABLES)
@pytest.mark.parametrize("form", list(ACCEPTED))
def test_a_file_holds_all_rows(api: Api, path: str, form: str) -> None:
    whole = api.get(f"{path}?limit=1000").json()
    answer = api.get(f"{path}.{form}")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(ACCEPTED[form])
    assert answer.headers["data-version"] == "1"
    name = path.rpartition("/")[2]
    assert answer.headers["content-disposition"] == f'attachment; filename="{name}.{form}"'
    found, wanted = rows_of(answer), whole["data"]
    if form == "csv":
        wanted = [{name: as_text(value) for name, value in row.items()} for row in wanted]
    if form == "parquet":
        found = [
            {name: v.isoformat() if hasattr(v, "isoformat") else v for name, v in row.items()}
            for row in found
        ]
        wanted = [{name: _instant(value) for name, value in row.items()} for row in wanted]
    assert found == wanted
    assert api.get(path, headers={"Accept": ACCEPTED[form]}).content == answer.content


@pytest.mark.parametrize("path", list(AS_TABLES))
@pytest.mark.parametrize("form", list(ACCEPTED))
def test_what_is_no_list_is_a_table_too(api: Api, path: str, form: str) -> None:
    wanted = AS_TABLES[path](api.get(path).json()["data"])
    answer = api.get(path, headers={"Accept": ACCEPTED[form]})
    assert answer.headers["content-type"].startswith(ACCEPTED[form])
    assert re.fullmatch(
        rf'attachment; filename="[a-zA-Z0-9%-]+\.{form}"', answer.headers["content-disposition"]
    )
    found = rows_of(answer)
    if form == "csv":
        wanted = [{name: as_text(value) for name, value in row.items()} for row in wanted]
    if form == "parquet":
        instants = {name for row in found for name, v in row.items() if isinstance(v, datetime)}
        found = [
            {name: v.isoformat() if name in instants and v else v for name, v in row.items()}
            for row in found
        ]
        wanted = [
            {name: compact(v) if isinstance(v, (dict, list)) else
             _instant(v) if name in instants else v for name, v in row.items()}
            for row in wanted
        ]  # fmt: skip
    assert found == wanted


def test_what_is_no_list_has_suffixes_but_a_person(api: Api) -> None:
    for path in ("/v1/quality", "/v1/marts", "/v1/loads/1"):
        by_accept = api.get(path, headers={"Accept": "text/csv"})
        assert api.get(f"{path}.csv").content == by_accept.content
    told = api.get("/v1/persons/P-03.csv").json()["detail"]
    assert told.startswith("There is no person 'P-03.csv'")


@pytest.mark.parametrize("path", [*TABLES, *AS_TABLES, "/v1/kpis", "/v1/visitors", "/v1/occupancy"])
def test_who_likes_nothing_that_there_is_gets_json(api: Api, path: str) -> None:
    answer = api.get(path, headers={"Accept": "image/png"})
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")


def _instant(value: object) -> object:
    """Write fractions of a second as Python does, with six digits."""
    if isinstance(value, str) and "." in value and value.endswith("+00:00"):
        seconds, _, fraction = value.removesuffix("+00:00").partition(".")
        return f"{seconds}.{fraction:0<6}+00:00"
    return value


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", "application/json"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", "application/json"),
        ("text/csv;q=0.5, application/json;q=0.4", "text/csv"),
        ("application/x-ndjson;q=0.1, application/json", "application/json"),
        ("image/png", "application/json"),
        ("text/csv;q=nonsense", "application/json"),
    ],
)
def test_accept_weighs(api: Api, accept: str, media_type: str) -> None:
    answer = api.get("/v1/cameras", headers={"Accept": accept})
    assert answer.headers["content-type"].split(";")[0] == media_type
    assert answer.headers["vary"] == "Accept"


def test_formats_have_tags_of_their_own(api: Api) -> None:
    tags = {api.get(f"/v1/cameras{suffix}").headers["etag"] for suffix in ("", ".csv", ".ndjson")}
    assert len(tags) == 3
    tag = api.get("/v1/cameras.csv").headers["etag"]
    assert api.get("/v1/cameras.csv", headers={"If-None-Match": tag}).status_code == 304


def test_a_limited_file_is_a_page(api: Api) -> None:
    first = api.get("/v1/sessions.ndjson?limit=5&count=exact&sort=-entry_at&fields=entry_at")
    assert len(rows_of(first)) == 5
    assert int(first.headers["total-count"]) == len(rows_of(api.get("/v1/sessions.ndjson")))
    second = api.get(first.links["next"]["url"])
    wanted = api.get("/v1/sessions?limit=10&sort=-entry_at&fields=entry_at").json()["data"]
    assert rows_of(first) + rows_of(second) == wanted
    assert second.headers["content-type"].startswith("application/x-ndjson")


def test_what_a_spreadsheet_would_run_is_defused(own_warehouse: Warehouse, tmp_path: Path) -> None:
    names = ["=1+1", "+1", "-1", "@x", "\tx", "\rx", 'a"b', "a,b", "a\nb", "ok", "=HYPERLINK(1)"]
    with psycopg.connect(own_warehouse.transformer) as connection:
        for name in names:
            connection.execute(
                "insert into marts.dim_cameras (camera_id, site_id, category, camera_name, "
                "event_count) values (%s, 'north', 'general', %s, -1)", [f"Z{name!a}", name],
            )  # fmt: skip
    with running_api(own_warehouse, tmp_path) as api:
        rows = rows_of(api.get("/v1/cameras.csv"))
        told = {row["camera_id"]: row for row in rows if row["camera_id"].startswith("Z")}
        for name in names:
            row = told[f"Z{name!a}"]
            assert row["camera_name"] == (f"'{name}" if name[0] in "=+-@\t\r" else name)
            assert row["event_count"] == "-1"


def test_a_file_needs_a_key_as_its_rows_do(own_warehouse: Warehouse, tmp_path: Path) -> None:
    with running_api(own_warehouse, tmp_path) as api:
        write_warehouse(own_warehouse, tmp_path)
        key = create_key(tmp_path, "reader", ["read"], None)
        for path in TABLES:
            for suffix in ("", ".csv", ".parquet", ".xml"):
                assert api.get(path + suffix).status_code == 401
        headers = {"Authorization": f"Bearer {key}"}
        assert api.get("/v1/sessions.csv", headers=headers).status_code == 200


def test_nothing_at_all_is_a_file_too(api: Api) -> None:
    for form in ACCEPTED:
        assert rows_of(api.get(f"/v1/sessions.{form}?person_id=nobody")) == []
    header = api.get("/v1/sessions.csv?person_id=nobody&fields=person_id,entry_at").text
    assert header == "person_id,entry_at\r\n"


@pytest.mark.parametrize("path", ["/v1/sessions.xml", "/v1/sessions.", "/v1/sessions.csv.csv"])
def test_no_other_suffix_is_known(api: Api, path: str) -> None:
    answer = api.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_what_is_wrong_is_told_before_a_file_begins(api: Api) -> None:
    for query in ("persn_id=x", "sort=nothing", "from=yesterday", "limit=0"):
        answer = api.get(f"/v1/sessions.csv?{query}")
        assert answer.status_code == 422
        assert answer.headers["content-type"] == "application/problem+json"


def test_a_slow_file_is_given_up_as_a_problem(own_warehouse: Warehouse, tmp_path: Path) -> None:
    with (
        running_api(own_warehouse, tmp_path, api_statement_timeout_seconds=1.0) as api,
        psycopg.connect(own_warehouse.transformer) as connection,
    ):
        assert api.get("/v1/sessions.csv?limit=1").status_code == 200  # the slowest is the first
        connection.execute("lock table marts.fct_sessions in access exclusive mode")
        assert api.get("/v1/sessions.csv").status_code == 504
        connection.rollback()
        assert api.get("/v1/sessions.csv").status_code == 200


def test_files_give_their_connections_back(own_warehouse: Warehouse, tmp_path: Path) -> None:
    with running_api(own_warehouse, tmp_path, api_pool_size=1) as api:
        for form in [*ACCEPTED] * 3:
            assert api.get(f"/v1/sessions.{form}").status_code == 200
        assert api.get("/v1/kpis").status_code == 200
