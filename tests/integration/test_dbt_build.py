"""The real build: on nothing, on data, twice, with seeds, and what it says when it fails."""

import json
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import psycopg2
import pytest
from dbt_common.clients.jinja import MacroFuzzEnvironment, template_cache

from orchestration.lib.building.dbt_build import PROJECT_FOLDER, DbtError, DbtEvent, DbtProject
from orchestration.runtime.warehouse_urls import Warehouse
from tests.integration.raw_rows import insert_rows
from tests.reference.events import RawRow

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
MARTS = ["dim_cameras", "dim_sites", "fct_events", "fct_sessions", "fct_orphan_exits",
         "agg_camera_hourly", "agg_camera_daily"]  # fmt: skip


def row(minutes: int, event_type: str, person: str = "p", load: int = 1) -> RawRow:
    return RawRow(load, START + timedelta(minutes=minutes), person, "c", event_type)


ROWS = [
    row(0, "entry"), row(5, "exit"), row(5, "exit", load=2), row(90, "exit"), row(95, "entry"),
    row(0, "entry", "q"), row(150, "exit", "q", load=2),
]  # fmt: skip


@pytest.fixture
def with_rows(built_warehouse: Warehouse) -> Warehouse:
    with psycopg.connect(built_warehouse.loader) as connection:
        insert_rows(connection, ROWS)
    return built_warehouse


def contents(warehouse: Warehouse) -> dict[str, list[str]]:
    with psycopg.connect(warehouse.reader) as connection:
        query = "select m::text from marts.{} as m order by 1"
        return {
            mart: [line for (line,) in connection.execute(query.format(mart))] for mart in MARTS
        }


# A join of two collations cannot use an index of the one that loses.
OTHER_COLLATIONS = """
select attrelid::regclass || '.' || attname
from pg_attribute
inner join pg_class on pg_class.oid = attrelid
where relnamespace::regnamespace::text in ('staging', 'intermediate', 'marts')
    and relkind in ('r', 'v') and atttypid = 'text'::regtype
    and attcollation <> '"default"'::regcollation
"""


def one(url: str, query: str) -> tuple[object, ...]:
    with psycopg.connect(url) as connection:
        found = connection.execute(query).fetchone()
        assert found is not None
        return found


def test_an_empty_warehouse_builds(built_warehouse: Warehouse) -> None:
    assert set(map(len, contents(built_warehouse).values())) == {0}


def test_every_text_column_has_the_collation_of_the_database(built_warehouse: Warehouse) -> None:
    with psycopg.connect(built_warehouse.transformer) as connection:
        assert connection.execute(OTHER_COLLATIONS).fetchall() == []


def test_dwells_lie_beside_their_day_uncompressed(built_warehouse: Warehouse) -> None:
    """Else a range would be read as slowly as its sessions."""
    query = """
        select reloptions, attstorage
        from pg_class inner join pg_attribute on attrelid = pg_class.oid
        where relname = 'agg_camera_dwells_daily' and attname = 'dwells_seconds'
    """
    assert one(built_warehouse.reader, query) == (["toast_tuple_target=8160"], "e")


def test_a_build_after_the_preload_does_not_compile_or_search_anew(
    built_warehouse: Warehouse, dbt_project: DbtProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    template_cache.clear()
    dbt_project.preload()
    parsed: list[str] = []
    parse = MacroFuzzEnvironment._parse

    def noted(self: MacroFuzzEnvironment, source: str, *more: str | None) -> object:
        parsed.append(source)
        return parse(self, source, *more)

    walked: list[None] = []

    def walk() -> list[object]:
        walked.append(None)
        return []

    monkeypatch.setattr(MacroFuzzEnvironment, "_parse", noted)
    monkeypatch.setattr("inspect.stack", walk)
    assert dbt_project.build(built_warehouse.transformer, {}, select=["dim_sites"]).success
    manifest = json.loads(dbt_project.manifest_path().read_text("utf-8"))
    assert {node["raw_code"] for node in manifest["nodes"].values()}.isdisjoint(parsed)
    assert {macro["macro_sql"] for macro in manifest["macros"].values()}.isdisjoint(parsed)
    assert walked == []


@pytest.fixture
def logins(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """One for each login of dbt."""
    logins: list[None] = []
    connect = psycopg2.connect

    def noted(**arguments: Any) -> psycopg2.extensions.connection:
        logins.append(None)
        connection: psycopg2.extensions.connection = connect(**arguments)
        return connection

    monkeypatch.setattr("dbt.adapters.postgres.connections.psycopg2.connect", noted)
    return logins


def test_building_twice_gives_the_same_and_logs_in_once_a_thread_and_not_once_a_node(
    with_rows: Warehouse, dbt_project: DbtProject, logins: list[None]
) -> None:
    result = dbt_project.build(with_rows.transformer, {}, full_refresh=True)
    assert result.explanation == ""
    assert len(logins) < 15 < len(result.nodes)
    first = contents(with_rows)
    assert len(first["fct_events"]) == len(ROWS) - 1
    assert len(first["fct_sessions"]) == 3
    assert len(first["fct_orphan_exits"]) == 1
    assert dbt_project.build(with_rows.transformer, {}, full_refresh=True).success
    assert contents(with_rows) == first


def test_the_ledger_is_live(with_rows: Warehouse) -> None:
    """Readers follow a load before any build, without a right to raw."""
    query = "select count(*), sum(rows_loaded)::int from marts.fct_loads"
    assert one(with_rows.reader, query) == (2, len(ROWS))
    assert one(with_rows.reader, "select count(*) from marts.fct_rejected_rows") == (0,)


def test_variables_reach_the_models(with_rows: Warehouse, dbt_project: DbtProject) -> None:
    variables = {"max_session_hours": 1, "default_timezone": "Asia/Kolkata"}
    assert dbt_project.build(with_rows.transformer, variables, full_refresh=True).success
    query = "select session_status from marts.fct_sessions where person_id = 'q'"
    assert one(with_rows.reader, query) == ("timed_out",)
    assert one(with_rows.reader, "select timezone from marts.dim_sites") == ("Asia/Kolkata",)


def test_unit_tests_pass(built_warehouse: Warehouse, dbt_project: DbtProject) -> None:
    result = dbt_project.unit_tests(built_warehouse.transformer, {})
    assert result.explanation == ""
    assert len(result.nodes) >= 45


def test_events_are_those_that_dagster_reads(
    with_rows: Warehouse, dbt_project: DbtProject, capfd: pytest.CaptureFixture[str]
) -> None:
    events: list[DbtEvent] = []
    environment = dict(os.environ)
    result = dbt_project.build(
        with_rows.transformer, {}, events.append, select=["dim_sites"], exclude=["test_type:unit"]
    )
    assert result.success
    told = [event for event in events if event["info"]["name"] == "LogModelResult"]
    assert [event["data"]["node_info"]["unique_id"] for event in told] == [  # type: ignore[index]
        "model.dwellhouse.dim_sites"
    ]
    assert {node.status for node in result.nodes} == {"success", "pass"}
    assert dict(os.environ) == environment
    assert "".join(capfd.readouterr()) == ""


@pytest.fixture
def own_project(tmp_path: Path, built_template: str, dbt_project: DbtProject) -> Path:
    """A copy of the project to change; with what dbt has parsed already, which saves seconds."""
    folder = tmp_path / "dbt_project"
    shutil.copytree(PROJECT_FOLDER, folder)
    (tmp_path / "target").mkdir()
    shutil.copy(dbt_project.target_path / "partial_parse.msgpack", tmp_path / "target")
    return folder


def test_filled_seeds_win(with_rows: Warehouse, own_project: Path, tmp_path: Path) -> None:
    (own_project / "seeds" / "cameras.csv").write_text(
        "camera_id,camera_name,site_id,zone,category\nc,Till 1,007,,\nunseen,,,,office\n"
    )
    (own_project / "seeds" / "sites.csv").write_text(
        "site_id,site_name,timezone\n007,Headquarters,America/St_Johns\n"
    )
    project = DbtProject(tmp_path / "target", own_project)
    result = project.build(with_rows.transformer, {}, full_refresh=True)
    assert result.explanation == ""
    query = "select site_id, site_name, timezone, camera_count from marts.dim_sites order by 1"
    assert one(with_rows.reader, query) == ("007", "Headquarters", "America/St_Johns", 1)
    query = "select camera_name, zone, category from marts.dim_cameras where camera_id = 'c'"
    assert one(with_rows.reader, query) == ("Till 1", None, "checkout")


def test_a_failure_is_told_in_words(
    built_warehouse: Warehouse, own_project: Path, tmp_path: Path
) -> None:
    (own_project / "seeds" / "sites.csv").write_text("site_id,site_name,timezone\na,,Moon/Base\n")
    (own_project / "models" / "marts" / "fct_loads.sql").write_text("select 1 / 0 as load_id")
    project = DbtProject(tmp_path / "target", own_project)
    result = project.build(built_warehouse.transformer, {}, full_refresh=True)
    assert not result.success
    told = result.failed.get("is_known_timezone_stg_seeds__sites_timezone")
    assert told == "1 row breaks this rule", result.explanation
    assert "fct_loads" in result.failed
    assert "dim_sites" not in result.failed  # skipped, not to blame
    assert "aborted" not in result.explanation  # a failure stays with its own node

    (own_project / "dbt_project.yml").write_text("name: [")
    with pytest.raises(DbtError):
        project.manifest_path()


def test_the_manifest_follows_the_project(own_project: Path, tmp_path: Path) -> None:
    """Parsing needs no database; a project that has not changed is not parsed again."""
    project = DbtProject(tmp_path / "target", own_project)
    path = project.manifest_path()
    parsed = path.stat().st_mtime_ns
    assert DbtProject(tmp_path / "target", own_project).manifest_path().stat().st_mtime_ns == parsed
    (own_project / "models" / "marts" / "fct_rejected_rows.yml").unlink()
    assert project.manifest_path().stat().st_mtime_ns > parsed
