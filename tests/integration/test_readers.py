"""What readers see and wait for while builds go on, one of them staying in a transaction."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random

import psycopg
import pytest

from orchestration.lib.building.dbt_build import DbtProject, OnEvent
from orchestration.lib.building.dbt_result import DbtResult
from orchestration.lib.building.publication import DataVersion, build_turn, unpublished_loads
from orchestration.lib.building.scratch import TableInUseError
from orchestration.lib.building.warehouse_build import BuildScope, build
from orchestration.runtime.warehouse_urls import Warehouse
from tests.integration.mart_readers import (
    Contents,
    assert_whole_tables,
    contents,
    long_transaction,
    polling,
    tables_of,
)
from tests.integration.raw_rows import insert_rows
from tests.reference.events import RawRow

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
PERSONS, CAMERAS, SITES = 12, 4, 2
FULL, PARTIAL = BuildScope("asked for", has_other_models=True), BuildScope(None)
READERS = 2


class Builder:
    """Loads a file and builds, again and again; remembers what each version left."""

    def __init__(self, warehouse: Warehouse, project: DbtProject, tables: list[str]) -> None:
        self._warehouse, self._project, self._tables = warehouse, project, tables
        self._loads = 0
        self.states: dict[int, Contents] = {}

    def load(self) -> None:
        """Load a file that touches the same persons and buckets as those before."""
        self._loads += 1
        with psycopg.connect(self._warehouse.loader) as connection:
            insert_rows(connection, stays(self._loads))

    def attempt(self, scope: BuildScope, on_event: OnEvent | None = None) -> DbtResult:
        """Build, and publish if all went well."""
        with (
            psycopg.connect(self._warehouse.transformer, autocommit=True) as connection,
            build_turn(connection),
        ):
            scope = replace(scope, load_ids=unpublished_loads(connection))
            result, version = build(
                connection, self._project, self._warehouse.transformer, {}, "models", "run", scope,
                on_event,
            )  # fmt: skip
            if version:
                self._remember(connection, version)
        return result

    def built(self, scope: BuildScope) -> None:
        self.load()
        result = self.attempt(scope)
        assert result.success, result.explanation

    def _remember(self, connection: psycopg.Connection, version: DataVersion) -> None:
        assert len(version.load_ids) == 1
        self.states[version.version] = contents(connection, self._tables)


def stays(number: int) -> Iterator[RawRow]:
    random = Random(number)
    for person in range(PERSONS):
        camera = random.randrange(CAMERAS)
        at = START + timedelta(minutes=random.randrange(2 * 24 * 60))
        for kind in ("entry", "exit"):
            yield RawRow(number, at, f"p{person}", f"c{camera}", kind, site_id=f"s{camera % SITES}")
            at += timedelta(minutes=random.randrange(1, 90))


@pytest.fixture
def tables(built_warehouse: Warehouse) -> list[str]:
    with psycopg.connect(built_warehouse.reader) as connection:
        return tables_of(connection)


@pytest.fixture
def builder(built_warehouse: Warehouse, dbt_project: DbtProject, tables: list[str]) -> Builder:
    builder = Builder(built_warehouse, dbt_project, tables)
    builder.built(FULL)
    return builder


def test_readers_see_whole_tables_and_do_not_wait(
    builder: Builder, built_warehouse: Warehouse, tables: list[str]
) -> None:
    assert_readers_see_whole_tables(builder, built_warehouse, tables, builds=12, long=4.0)


@pytest.mark.soak
@pytest.mark.timeout(0)
def test_readers_see_whole_tables_through_a_hundred_builds(
    builder: Builder, built_warehouse: Warehouse, tables: list[str]
) -> None:
    assert_readers_see_whole_tables(builder, built_warehouse, tables, builds=100, long=30.0)


def assert_readers_see_whole_tables(
    builder: Builder, warehouse: Warehouse, tables: list[str], builds: int, long: float
) -> None:
    """Poll through partial builds, and a full one that has to wait for the long transaction."""
    with polling(warehouse.reader, tables, READERS) as looks:
        for _ in range(builds // 2):
            builder.built(PARTIAL)
        counting = threading.Event()
        with long_transaction(warehouse.reader, tables, long, counting) as released_at:
            builder.built(PARTIAL)
            assert not released_at.done()
            counting.set()
            builder.built(FULL)
            assert released_at.result() < time.monotonic()
        for _ in range(builds - builds // 2 - 2):
            builder.built(PARTIAL)
    assert len(builder.states) == builds + 1
    for seen in looks():
        assert len(seen) > builds * len(tables)
        assert_whole_tables(seen, builder.states)


@pytest.mark.parametrize("scope", [PARTIAL, FULL], ids=["added", "made anew"])
def test_all_that_a_build_does_is_seen_at_once(
    builder: Builder, built_warehouse: Warehouse, tables: list[str], scope: BuildScope
) -> None:
    builder.load()
    seen = []
    with psycopg.connect(built_warehouse.reader, autocommit=True) as reader:
        result = builder.attempt(scope, lambda _: seen.append(contents(reader, tables)))
        assert result.success, result.explanation
        assert len(seen) > len(tables)
        assert [state for state in seen if state != builder.states[1]] == []
        assert contents(reader, tables) == builder.states[2] != builder.states[1]


@pytest.mark.parametrize("table", ["fct_orphan_exits", "agg_site_daily"], ids=["early", "last"])
def test_a_build_that_fails_has_done_nothing(
    builder: Builder, built_warehouse: Warehouse, tables: list[str], table: str
) -> None:
    """It tells which model has failed, not which others were given up; the next makes up for it."""
    moved = f"alter table {{}}.{table} set schema {{}}"
    builder.load()
    with psycopg.connect(built_warehouse.transformer, autocommit=True) as owner:
        owner.execute(moved.format("marts", "staging"))
        result = builder.attempt(PARTIAL)
        owner.execute(moved.format("staging", "marts"))
        assert list(result.failed) == [table]
        assert contents(owner, tables) == builder.states[1]
    assert builder.attempt(PARTIAL).success
    assert len(builder.states) == 2


def test_a_build_gives_up_on_a_reader_that_stays(
    builder: Builder, built_warehouse: Warehouse, tables: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """The last version stands, whole, others read on, and once the reader left, all is anew."""
    monkeypatch.setattr("orchestration.lib.building.scratch.PATIENCE_SECONDS", 1)
    builder.load()
    with polling(built_warehouse.reader, tables, READERS) as looks:
        with psycopg.connect(built_warehouse.reader) as reader:
            reader.execute("select * from marts.fct_sessions")
            with pytest.raises(TableInUseError, match="fct_sessions is in use"):
                builder.attempt(FULL)
            assert contents(reader, tables) == builder.states[1]
        assert len(builder.states) == 1
        result = builder.attempt(FULL)
        assert result.success, result.explanation
    for seen in looks():
        assert_whole_tables(seen, builder.states)
