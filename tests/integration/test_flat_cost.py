"""A partial build reads what the new rows touch, however much lies in the warehouse."""

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest

from orchestration.lib.building.dbt_build import DbtProject
from orchestration.lib.building.publication import build_turn
from orchestration.lib.building.warehouse_build import build, build_scope
from orchestration.lib.loading.raw_months import make_months
from orchestration.runtime.warehouse_urls import Warehouse, with_database
from tests.conftest import copied_database, of_database

MANY_DAYS = 80
KNOWN_DAYS = 81  # the next one is a Monday, so that the week is as new as the day
LATE_DAY = 14
DAYS_OF_ONE_GROUP = (7, 21, 28)
EVENTS_A_DAY = 800
EVENTS_OF_REGULARS = 200  # of the same persons each day
REGULARS = -1
NEW_EVENTS = 100
LARGE_FILE = 20_000
MONTHS = [date(2026, month, 1) for month in (1, 2, 3)]
RAW = "raw.camera_events"
GROWING = (
    RAW, "intermediate.int_events_deduplicated", "marts.fct_events",
    "marts.fct_sessions", "marts.fct_visits", "marts.agg_person_hourly", "marts.agg_person_daily",
    "marts.dim_persons",
)  # fmt: skip

LOAD = """
insert into raw.loads
    (file_name, sha256, bytes, source, status, rows_read, rows_loaded, finished_at)
values (%(name)s, %(name)s, 10, 'default', 'loaded', %(rows)s, %(rows)s, now())
returning load_id
"""
# Who comes to one of 20 cameras of 4 sites for ten minutes: two visits a day for each of the group.
EVENTS = """
insert into raw.camera_events
    (load_id, line_number, event_at, person_id, camera_id, site_id, event_type, timestamp_text)
select
    %(load_id)s,
    2 * visit + kind,
    timestamptz '2026-01-01 08:00Z' + make_interval(days => %(day)s, secs => visit * 30)
        + kind * interval '10 minutes',
    format('p%%s-%%s', %(group)s, visit / 2),
    'c' || visit %% 20,
    's' || visit %% 4,
    (array['entry', 'exit'])[kind + 1],
    ''
from generate_series(0, %(rows)s / 2 - 1) as visit, generate_series(0, 1) as kind
"""
READ = """
select
    relnamespace::regnamespace || '.' || pg_class.relname,
    sum(seq_tup_read + coalesce(idx_tup_fetch, 0))
from pg_stat_user_tables
inner join pg_class on pg_class.oid = coalesce(pg_partition_root(relid), relid)
group by 1
"""
OTHERS = """
select pid from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()
"""
LEAVING_SECONDS = 10
DAYS_TOUCHED = """
select local_date from intermediate.int_site_days_touched
union
select (touched_from at time zone timezone)::date from intermediate.int_camera_days_touched
"""
# In which version each test was made last.
TESTED = "select version, count(*) from marts.quality_tests group by version order by version"
# A table whose rows have become many without the planner's being told.
STALE = """
select oid::regclass::text, reltuples
from pg_class
where oid = any(%s::regclass[]) and reltuples < %s
"""


@pytest.fixture
def connection(built_warehouse: Warehouse) -> Iterator[psycopg.Connection]:
    with psycopg.connect(built_warehouse.transformer, autocommit=True) as connection:
        yield connection


def load(warehouse: Warehouse, day: int, rows: int, group: int | None = None) -> None:
    """Commit a load of one day, of persons that no other day has unless a group is given."""
    of_day = {"day": day, "rows": rows, "group": day if group is None else group}
    with psycopg.connect(warehouse.loader) as connection:
        row = connection.execute(LOAD, {"name": f"day {day} of {group}", "rows": rows}).fetchone()
        assert row is not None
        make_months(connection, MONTHS)
        connection.execute(EVENTS, {"load_id": row[0], **of_day})


def built(connection: psycopg.Connection, project: DbtProject, url: str) -> bool:
    """Build and publish what is due; tell whether all was made anew."""
    with build_turn(connection):
        scope = build_scope(connection, "models")
        result, version = build(connection, project, url, {}, "models", "run", scope)
    assert version is not None, result.explanation
    return scope.is_full


def rows_read(connection: psycopg.Connection) -> dict[str, int]:
    """Give how many rows of each table were read so far, by all who have left and by this one.

    A connection counts what it has read now and then, and the rest at its end, which comes a moment
    after its client has closed it.
    """
    deadline = time.monotonic() + LEAVING_SECONDS
    while connection.execute(OTHERS).fetchall() and time.monotonic() < deadline:
        time.sleep(0.05)
    connection.execute("select pg_stat_force_next_flush()")
    return dict(connection.execute(READ).fetchall())


def test_a_small_load_reads_little_of_a_large_warehouse(
    connection: psycopg.Connection, built_warehouse: Warehouse, dbt_project: DbtProject
) -> None:
    for day in range(KNOWN_DAYS):
        load(built_warehouse, day, EVENTS_A_DAY)
        load(built_warehouse, day, EVENTS_OF_REGULARS, REGULARS)
    load(built_warehouse, KNOWN_DAYS, EVENTS_OF_REGULARS, REGULARS)
    assert built(connection, dbt_project, built_warehouse.transformer)
    before = rows_read(connection)
    load(built_warehouse, KNOWN_DAYS, NEW_EVENTS)
    assert not built(connection, dbt_project, built_warehouse.transformer)
    after = rows_read(connection)
    read = {table: after[table] - before[table] for table in GROWING}
    assert {table: count for table, count in read.items() if count > 40 * NEW_EVENTS} == {}


def test_a_small_load_does_not_read_a_month_that_came_in_one_file(
    connection: psycopg.Connection, built_warehouse: Warehouse, dbt_project: DbtProject,
    server_url: str,
) -> None:  # fmt: skip
    load(built_warehouse, 0, LARGE_FILE)
    assert built(connection, dbt_project, built_warehouse.transformer)
    url = with_database(server_url, connection.info.dbname)
    with psycopg.connect(url, autocommit=True) as superuser:
        superuser.execute("vacuum analyze raw.camera_events")  # as autovacuum does in time
    before = rows_read(connection)
    load(built_warehouse, 1, NEW_EVENTS)
    assert not built(connection, dbt_project, built_warehouse.transformer)
    after = rows_read(connection)
    assert after[RAW] - before[RAW] < 10 * NEW_EVENTS


@dataclass(frozen=True)
class Days:
    """A warehouse of many days, all but one of which came at once, and who has built it."""

    connection: psycopg.Connection
    warehouse: Warehouse
    project: DbtProject

    def load(self, day: int, rows: int = NEW_EVENTS, group: int | None = None) -> None:
        load(self.warehouse, day, rows, group)

    def built(self) -> bool:
        return built(self.connection, self.project, self.warehouse.transformer)


@pytest.fixture(scope="module")
def own_project(
    built_template: str, dbt_project: DbtProject, tmp_path_factory: pytest.TempPathFactory
) -> DbtProject:
    """The project with a folder of its own: what it ran is read, and others may build meanwhile."""
    folder = tmp_path_factory.mktemp("dbt")
    shutil.copy(dbt_project.target_path / "partial_parse.msgpack", folder)
    return DbtProject(folder)


@pytest.fixture(scope="module")
def days(
    server_url: str, template: Warehouse, built_template: str, own_project: DbtProject
) -> Iterator[Days]:
    """Many days, added to a first one by one build; some persons come on several of them."""
    with copied_database(server_url, built_template) as name:
        warehouse = of_database(template, name)
        with psycopg.connect(warehouse.transformer, autocommit=True) as connection:
            days = Days(connection, warehouse, own_project)
            days.load(0, 10)
            assert days.built()
            for day in range(1, MANY_DAYS + 1):
                if day != LATE_DAY:
                    days.load(day, group=0 if day in DAYS_OF_ONE_GROUP else day)
            assert not days.built()
            yield days


# These build on each other: the first two look at what the build of the many days has left.


def test_a_build_leaves_statistics_that_know_its_own_rows(days: Days) -> None:
    filled = [table for table in GROWING if table.startswith(("intermediate", "marts"))]
    assert days.connection.execute(STALE, (filled, 1_000)).fetchall() == []


def test_many_days_at_once_are_not_compared_with_each_other(days: Days) -> None:
    """What is joined by a stretch of time would be, and the cost be the square of the days."""
    compared = {
        path.stem: rows_compared_in_vain(days.connection, path)
        for path in days.project.run_path.glob("run/dwellhouse/models/*/*.sql")
    }
    assert {"agg_site_hourly", "agg_transitions_daily", "quality_cameras_daily"} <= compared.keys()
    limit = 5 * MANY_DAYS * NEW_EVENTS
    assert {model: rows for model, rows in compared.items() if rows > limit} == {}


def test_a_late_day_touches_no_other_day_of_those_who_came_on_it(days: Days) -> None:
    days.load(LATE_DAY, group=0)
    assert not days.built()
    touched = days.connection.execute(DAYS_TOUCHED).fetchall()
    assert touched == [(date(2026, 1, 1 + LATE_DAY),)]


def test_what_no_data_can_break_is_tested_once_for_the_same_models(
    days: Days, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not again where little is new, nor where all is made anew."""
    for limit in ("PENDING_ROWS", "PENDING_SHARE"):
        monkeypatch.setattr(f"orchestration.lib.building.warehouse_build.{limit}", 0)
    days.load(MANY_DAYS + 1)
    assert days.built()
    [(first, left_alone), (last, tested_again)] = days.connection.execute(TESTED).fetchall()
    newest = days.connection.execute("select max(version) from marts.data_versions").fetchone()
    assert (first, last) == (1, newest[0] if newest else None)
    assert left_alone > tested_again


def rows_compared_in_vain(connection: psycopg.Connection, path: Path) -> int:
    """Run what a model ran in the last build once more, and count the pairs that its joins drop."""
    count = 0
    with connection.transaction(force_rollback=True):
        for statement in path.read_text(encoding="utf-8").split(";\n"):
            if statement.lstrip().startswith("insert"):
                explain = f"explain (analyze, timing off, format json) {statement}"
                row = connection.execute(explain).fetchone()
                assert row is not None
                count += dropped_pairs(row[0][0]["Plan"])
            elif not statement.lstrip().startswith("create view"):
                connection.execute(statement)
    return count


def dropped_pairs(plan: dict[str, Any]) -> int:
    own = plan.get("Rows Removed by Join Filter", 0) * plan["Actual Loops"]
    return int(own) + sum(map(dropped_pairs, plan.get("Plans", [])))
