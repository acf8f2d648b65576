"""The warehouse that a start makes: roles with least privilege, migrations applied once."""

from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from orchestration.runtime.warehouse import MIGRATIONS, prepare_warehouse
from orchestration.runtime.warehouse_urls import Warehouse, WarehouseError, with_database
from orchestration.settings import Settings

LOAD = (
    "insert into raw.loads (file_name, sha256, bytes, source, status) values ('a', 'b', 1, 'c', %s)"
)
# Somebody reads one of them, and has a table of his own beside them.
FORMER = """
create table intermediate.int_person_days_counted ();
create table intermediate.int_group_weeks_touched (site_id text);
create view marts.mine as select * from intermediate.int_group_weeks_touched;
create table intermediate.mine ();
"""


def run(url: str, statement: str, *parameters: object) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(statement, parameters)


def test_loader_writes_raw(warehouse: Warehouse) -> None:
    run(warehouse.loader, LOAD, "loading")


@pytest.mark.parametrize(
    ("role", "statement"),
    [
        ("reader", "select * from raw.loads"),
        ("reader", "delete from marts.data_versions"),
        ("reader", "create table marts.mine ()"),
        ("loader", "delete from raw.camera_events"),
        ("loader", "insert into marts.data_versions (load_ids) values ('{}')"),
        ("transformer", "delete from raw.camera_events"),
        ("transformer", "delete from marts.data_versions"),
    ],
)
def test_roles_can_do_no_more_than_they_need(
    warehouse: Warehouse, role: str, statement: str
) -> None:
    with pytest.raises(
        (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)
    ):
        run(getattr(warehouse, role), statement)


def test_reader_sees_what_the_transformer_makes(warehouse: Warehouse) -> None:
    run(warehouse.transformer, "create table marts.made_later as select 1 as one")
    run(warehouse.reader, "select one from marts.made_later")


def test_one_content_is_loaded_once(warehouse: Warehouse) -> None:
    run(warehouse.loader, LOAD, "loaded")
    with pytest.raises(psycopg.errors.UniqueViolation):
        run(warehouse.loader, LOAD, "loaded")


def test_tables_of_models_that_are_no_more_are_dropped(
    warehouse: Warehouse, server_url: str
) -> None:
    run(warehouse.transformer, FORMER)
    url = with_database(server_url, urlsplit(warehouse.loader).path[1:])
    with psycopg.connect(url) as connection:
        connection.execute((MIGRATIONS / "0037_former_models.sql").read_bytes())
    with psycopg.connect(warehouse.transformer) as connection:
        tables = connection.execute(
            "select relname from pg_class where relkind = 'r' "
            "and relnamespace = 'intermediate'::regnamespace order by relname"
        ).fetchall()
    assert tables == [("build_attempts",), ("int_group_weeks_touched",), ("mine",)]


@pytest.mark.parametrize("role", ["loader", "reader"])
def test_who_may_not_prepare_a_database_is_told_who_may(
    warehouse: Warehouse, tmp_path: Path, role: str
) -> None:
    told = (
        "The user in DWELLHOUSE_DATABASE_URL may not prepare .*/shop: .*create role.* are made by "
        "a superuser; set it to the URL of one."
    )
    url = with_database(getattr(warehouse, role), "shop")
    with pytest.raises(WarehouseError, match=f"(?i){told}") as refused:
        prepare_warehouse(Settings(home=tmp_path, database_url=url), url)
    assert str(urlsplit(url).password) not in str(refused.value)
