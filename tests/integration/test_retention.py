"""Months of raw that are let go: when, when not, and what is still known of them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest

from orchestration.lib.building.publication import build_turn
from orchestration.lib.building.retention import MonthLetGo, months_let_go
from orchestration.lib.loading.raw_months import make_months
from orchestration.runtime.warehouse_urls import Warehouse
from tests.integration.raw_rows import insert_rows
from tests.reference.events import RawRow

JANUARY, FEBRUARY, MARCH = (date(2026, month, 1) for month in (1, 2, 3))
CLOCK = datetime(2026, 3, 31, 12, tzinfo=UTC)
PUBLISH = """
insert into marts.data_versions (load_ids, data_clock_at)
select coalesce(array_agg(load_id), '{}'), %s from raw.loads where load_id <> all(
    select load_id from marts.data_versions cross join unnest(load_ids) as load_id
)
"""
ROWS = """
select load_id, event_at, person_id, camera_id, event_type, age_group, gender, camera_name, zone,
    site_id
from {} order by load_id, event_at, person_id, event_type, age_group
"""


@pytest.fixture
def loader(warehouse: Warehouse) -> Iterator[psycopg.Connection]:
    with psycopg.connect(warehouse.loader, autocommit=True) as connection:
        yield connection


@pytest.fixture
def connection(warehouse: Warehouse) -> Iterator[psycopg.Connection]:
    """The role transformer, in the turn to build."""
    with (
        psycopg.connect(warehouse.transformer, autocommit=True) as connection,
        build_turn(connection),
    ):
        yield connection


def rows_of(load_id: int, *days: date, gender: str | None = None) -> list[RawRow]:
    """Fifteen rows a day, some of them alike."""
    return [
        RawRow(
            load_id, datetime(day.year, day.month, day.day, hour, tzinfo=UTC), f"p{hour % 3}",
            f"c{hour % 2}", "entry", None, gender if hour % 2 else " Unknown", None, "z", None,
        )
        for day in days
        for hour in (*range(10), *range(5))
    ]  # fmt: skip


def publish(connection: psycopg.Connection, clock: datetime = CLOCK) -> None:
    connection.execute(PUBLISH, [clock])


def months(connection: psycopg.Connection) -> list[date]:
    query = "select month from raw.months order by month"
    return [month for (month,) in connection.execute(query)]


def rows_in(connection: psycopg.Connection, table: str) -> list[tuple[object, ...]]:
    return connection.execute(ROWS.format(table)).fetchall()


def test_whole_months_that_are_old_enough_are_let_go(
    connection: psycopg.Connection, loader: psycopg.Connection
) -> None:
    insert_rows(loader, [*rows_of(1, JANUARY, FEBRUARY), *rows_of(2, FEBRUARY, MARCH)])
    publish(connection)
    assert months_let_go(connection, 59) == []
    assert months_let_go(connection, 58) == [MonthLetGo(JANUARY, 15)]
    assert months(connection) == [FEBRUARY, MARCH]
    assert months_let_go(connection, 30) == [MonthLetGo(FEBRUARY, 30)]
    assert months_let_go(connection, 30) == []
    assert months(connection) == [MARCH]


def test_every_row_is_kept_as_models_read_it(
    connection: psycopg.Connection, loader: psycopg.Connection
) -> None:
    insert_rows(
        loader, [*rows_of(1, JANUARY, gender="f"), *rows_of(2, JANUARY), *rows_of(3, MARCH)]
    )
    before = rows_in(connection, "raw.camera_events")
    publish(connection)
    assert months_let_go(connection, 31) == [MonthLetGo(JANUARY, 30)]
    both = "(table raw.kept_events union all select {} from raw.camera_events) as rows"
    columns = ROWS.split("select")[1].split("from")[0]
    assert rows_in(connection, both.format(columns)) == before
    query = "select events_let_go from raw.loads order by load_id"
    assert connection.execute(query).fetchall() == [(15,), (15,), (0,)]


def test_a_month_with_a_load_that_no_version_holds_stays(
    connection: psycopg.Connection, loader: psycopg.Connection
) -> None:
    insert_rows(loader, rows_of(1, JANUARY, MARCH))
    publish(connection)
    insert_rows(loader, rows_of(2, JANUARY))
    assert months_let_go(connection, 31) == []
    assert len(rows_in(connection, "raw.camera_events")) == 45


def test_late_rows_are_let_go_in_their_turn(
    connection: psycopg.Connection, loader: psycopg.Connection
) -> None:
    insert_rows(loader, rows_of(1, JANUARY, MARCH))
    publish(connection)
    months_let_go(connection, 31)
    insert_rows(loader, rows_of(2, JANUARY))
    assert months(connection) == [JANUARY, MARCH]
    publish(connection)
    assert months_let_go(connection, 31) == [MonthLetGo(JANUARY, 15)]
    assert len(rows_in(connection, "raw.kept_events")) == 30


def test_a_month_that_is_being_loaded_stays(
    connection: psycopg.Connection, loader: psycopg.Connection
) -> None:
    insert_rows(loader, rows_of(1, JANUARY, FEBRUARY, MARCH))
    publish(connection)
    with loader.transaction():
        insert_rows(loader, rows_of(2, JANUARY))
        assert months_let_go(connection, 30) == [MonthLetGo(FEBRUARY, 15)]
    assert months(connection) == [JANUARY, FEBRUARY, MARCH]
    publish(connection)
    assert months_let_go(connection, 30) == [MonthLetGo(JANUARY, 30)]
    assert months(connection) == [MARCH]


def test_nobody_lets_go_of_a_month_during_a_build(
    connection: psycopg.Connection, loader: psycopg.Connection, warehouse: Warehouse
) -> None:
    insert_rows(loader, rows_of(1, JANUARY, MARCH))
    publish(connection)
    with psycopg.connect(warehouse.transformer) as other:
        assert other.execute("select raw.let_go_of_month(%s)", [JANUARY]).fetchall() == [(None,)]


def test_many_rows_that_are_alike_are_packed_in_several(
    connection: psycopg.Connection, loader: psycopg.Connection
) -> None:
    make_months(loader, [JANUARY])
    loader.execute(
        "insert into raw.camera_events (load_id, line_number, event_at, person_id, camera_id, "
        "event_type, timestamp_text) select 1, i, timestamptz '2026-01-01Z' + i * interval '1 s', "
        "'p' || i, 'c', 'entry', '' from generate_series(1, 20001) as i"
    )
    connection.execute("insert into marts.data_versions (load_ids) values ('{1}')")
    assert connection.execute("select raw.let_go_of_month(%s)", [JANUARY]).fetchall() == [(20_001,)]
    packed = "select cardinality(load_ids) from raw.packed_events order by 1"
    assert connection.execute(packed).fetchall() == [(1,), (10_000,), (10_000,)]
    aligned = (
        "select count(*) from raw.kept_events where person_id = 'p' || "
        "extract(epoch from event_at - timestamptz '2026-01-01Z')::int"
    )
    assert connection.execute(aligned).fetchall() == [(20_001,)]


@pytest.mark.parametrize("role", ["loader", "reader"])
def test_only_the_transformer_lets_go(warehouse: Warehouse, role: str) -> None:
    with (
        psycopg.connect(getattr(warehouse, role)) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("select raw.let_go_of_month('2026-01-01')")


def test_what_is_kept_is_a_setting_in_days(
    connection: psycopg.Connection, loader: psycopg.Connection
) -> None:
    insert_rows(loader, rows_of(1, JANUARY))
    publish(connection, datetime(2026, 2, 1, tzinfo=UTC) + timedelta(days=7, microseconds=-1))
    assert months_let_go(connection, 7) == []
    publish(connection, datetime(2026, 2, 1, tzinfo=UTC) + timedelta(days=7))
    assert months_let_go(connection, 7) == [MonthLetGo(JANUARY, 15)]
