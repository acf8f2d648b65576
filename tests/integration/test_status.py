"""What `dwellhouse status --wait` does while a database is there, goes and comes back."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from orchestration.commands.database_shell import become_psql
from orchestration.commands.status import wait_until_idle
from orchestration.lib.foreseen_error import ForeseenError
from orchestration.runtime.stack_state import StackState, only_stack
from orchestration.runtime.warehouse_urls import Warehouse, with_database
from orchestration.settings import Settings
from tests.waiting import until

BREAK = """
select pg_terminate_backend(pid) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid() and query <> ''
"""


@pytest.fixture
def settings(tmp_path: Path, warehouse: Warehouse) -> Settings:
    """A home that knows a warehouse in which nothing is published."""
    (tmp_path / "secrets").mkdir()
    # Dagster has no tables in a database that it has never seen.
    urls = asdict(warehouse) | {"dagster": warehouse.loader}
    (tmp_path / "secrets" / "warehouse.json").write_text(json.dumps(urls))
    return Settings(home=tmp_path, landing=tmp_path / "landing", database_url=warehouse.loader)


def test_who_waits_does_so_through_a_break_of_the_database(
    settings: Settings, warehouse: Warehouse, server_url: str
) -> None:
    url = with_database(server_url, urlsplit(warehouse.loader).path[1:])
    with psycopg.connect(url, autocommit=True) as superuser, ThreadPoolExecutor(1) as beside:
        waiting = beside.submit(wait_until_idle, settings, 60)
        until(lambda: bool(superuser.execute(BREAK).fetchall()), 20)
        until(lambda: bool(superuser.execute(BREAK).fetchall()), 20)
        superuser.execute("insert into marts.data_versions (load_ids) values ('{}')")
        assert waiting.result().data_version == 1


def test_who_begins_to_wait_during_a_break_waits_only_if_a_stack_minds_the_database(
    settings: Settings, warehouse: Warehouse, server_url: str
) -> None:
    secrets = settings.home / "secrets" / "warehouse.json"
    right = secrets.read_text()
    secrets.write_text(right.replace(str(urlsplit(warehouse.loader).port), "1"))
    with pytest.raises(psycopg.OperationalError):
        wait_until_idle(settings, 60)
    url = with_database(server_url, urlsplit(warehouse.loader).path[1:])
    with psycopg.connect(url, autocommit=True) as superuser:
        superuser.execute("insert into marts.data_versions (load_ids) values ('{}')")
    stack = StackState(1, ready=True, dagster_url="", api_url="")
    with only_stack(settings.home, stack), ThreadPoolExecutor(1) as beside:
        waiting = beside.submit(wait_until_idle, settings, 60)
        time.sleep(0.5)
        assert not waiting.done()
        secrets.write_text(right)
        assert waiting.result().data_version == 1


def test_who_waits_too_long_hears_what_is_missing(settings: Settings) -> None:
    with pytest.raises(ForeseenError, match=r"Not done after 0 s\.\nno data version is published"):
        wait_until_idle(settings, 0)


def test_there_is_no_shell_without_a_server() -> None:
    with pytest.raises(psycopg.OperationalError):
        become_psql("postgresql://reader@127.0.0.1:1/dwellhouse", [])
