"""Months of raw are made when rows need them, by whoever comes first."""

import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from threading import Barrier

import psycopg
import pytest

from orchestration.defs.resources import load_rules
from orchestration.lib.landing.landing_files import Landing
from orchestration.lib.loading.file_load import FileLoader
from orchestration.lib.loading.load_outcome import LoadOutcome
from orchestration.lib.loading.raw_months import RawMonths
from orchestration.runtime.warehouse import prepare_warehouse
from orchestration.runtime.warehouse_urls import Warehouse, with_database
from orchestration.settings import Settings
from tests.conftest import TEMPLATE, copied_database, of_database
from tests.event_files import HEADER

MONTHS = "select month from raw.months order by month"
LOADERS = 4
# How raw was before it was parted, with rows of two months.
UNDIVIDED = """
drop table raw.camera_events cascade;
drop table raw.packed_events cascade;
drop function raw.partition_of(date), raw.make_month(date), raw.missing_months(date []),
    raw.let_go_of_month(date), raw.drop_empty_months(date);
alter table raw.loads drop column events_let_go;
create table raw.camera_events (
    load_id bigint not null, line_number bigint not null, event_at timestamptz not null,
    person_id text not null, camera_id text not null, event_type text not null, age_group text,
    gender text, camera_name text, zone text, site_id text, timestamp_text text not null,
    attributes jsonb
);
create index camera_events_by_load on raw.camera_events (load_id);
insert into raw.camera_events
select
    1, line, timestamptz '2026-01-31 23:59:59Z' + make_interval(secs => line % 3), 'p', 'c',
    'entry', null, 'x', null, null, null, 'then', '{"more": 1}'
from generate_series(1, 30) as line;
delete from raw.schema_migrations where name like '003%_raw_%';
"""

Load = Callable[[str], LoadOutcome]


@pytest.fixture
def connection(warehouse: Warehouse) -> Iterator[psycopg.Connection]:
    with psycopg.connect(warehouse.loader, autocommit=True) as connection:
        yield connection


@pytest.fixture
def load(connection: psycopg.Connection, tmp_path: Path) -> Load:
    landing = Landing(tmp_path)

    def load(content: str) -> LoadOutcome:
        path = landing.folder / "a.csv"
        path.write_text(content, encoding="utf-8")
        loader = FileLoader(connection, landing, load_rules(Settings()), "run")
        outcome = loader.load(path, path.name)
        assert outcome is not None
        return outcome

    return load


def months(connection: psycopg.Connection) -> list[date]:
    return [month for (month,) in connection.execute(MONTHS)]


def test_a_load_makes_the_months_of_its_rows(load: Load, connection: psycopg.Connection) -> None:
    load(HEADER + "2026-02-28T23:59:59.999999Z,p,c,in\n2026-03-01T00:00:00Z,p,c,out\n")
    assert months(connection) == [date(2026, 2, 1), date(2026, 3, 1)]


def test_rejected_rows_make_no_month(load: Load, connection: psycopg.Connection) -> None:
    load(HEADER + "2026-02-28T10:00:00Z,p,c,in\n2026-03-01T00:00:00Z,p,c,dance\n")
    assert months(connection) == [date(2026, 2, 1)]


def test_a_file_may_hold_three_hundred_months(load: Load, connection: psycopg.Connection) -> None:
    rows = [f"{2000 + i // 12}-{1 + i % 12:02}-09T10:00:00Z,p,c,in\n" for i in range(300)]
    outcome = load(HEADER + "".join(rows))
    assert outcome.counts.rows_loaded == 300
    assert len(months(connection)) == 300


def test_two_loads_may_need_a_month_at_once(warehouse: Warehouse) -> None:
    together = Barrier(LOADERS)
    needed = frozenset(date(2026, month, 1) for month in range(1, 13))

    def load_rows(number: int) -> None:
        with psycopg.connect(warehouse.loader) as connection:
            together.wait()
            RawMonths(connection).require(needed)
            connection.execute(
                "insert into raw.camera_events (load_id, line_number, event_at, person_id, "
                "camera_id, event_type, timestamp_text) "
                "select %s, m, make_timestamptz(2026, m, 1, 0, 0, 0, 'UTC'), 'p', 'c', 'entry', '' "
                "from generate_series(1, 12) as m",
                [number],
            )
            together.wait()  # no load has to end before another goes on

    with ThreadPoolExecutor(LOADERS) as pool:
        list(pool.map(load_rows, range(LOADERS)))
    with psycopg.connect(warehouse.transformer) as connection:
        assert len(months(connection)) == 12
        counts = connection.execute("select count(*) from raw.camera_events group by load_id")
        assert counts.fetchall() == [(12,)] * LOADERS


def test_a_month_that_a_load_counts_on_stays(
    warehouse: Warehouse, connection: psycopg.Connection
) -> None:
    needed = frozenset([date(2026, 1, 1)])
    with connection.transaction(), psycopg.connect(warehouse.transformer) as other:
        RawMonths(connection).require(needed)
        other.execute("select raw.drop_empty_months('infinity')")
        assert months(connection) == [date(2026, 1, 1)]


def test_rows_of_a_warehouse_without_months_are_moved(
    server_url: str, template: Warehouse, shared_folder: Path, tmp_path: Path
) -> None:
    with copied_database(server_url, TEMPLATE) as name:
        url = with_database(server_url, name)
        with psycopg.connect(url) as connection:
            connection.execute(UNDIVIDED)
            before = connection.execute("table raw.camera_events order by line_number").fetchall()
        (tmp_path / "secrets").mkdir()
        # Roles are the server's: with other passwords, no other test could log in.
        roles = Path("secrets", "roles.json")
        shutil.copy(shared_folder / "template" / roles, tmp_path / roles)
        prepare_warehouse(Settings(home=tmp_path, role_prefix=""), url)
        with psycopg.connect(of_database(template, name).transformer) as connection:
            after = connection.execute("table raw.camera_events order by line_number").fetchall()
            assert after == before
            assert months(connection) == [date(2026, 1, 1), date(2026, 2, 1)]
