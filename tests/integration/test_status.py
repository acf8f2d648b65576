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
from orchestration.commands.status import START_SECONDS, read_status, wait_until_idle
from orchestration.lib.foreseen_error import ForeseenError
from orchestration.runtime.stack_state import StackState, only_stack
from orchestration.runtime.warehouse_urls import Warehouse, WarehouseError, with_database
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


def test_who_waits_may_be_a_moment_ahead_of_the_stack(settings: Settings) -> None:
    secrets = settings.home / "secrets" / "warehouse.json"
    port = str(urlsplit(str(settings.database_url)).port)
    secrets.write_text(secrets.read_text().replace(port, "1"))
    embedded = settings.model_copy(update={"database_url": None})
    stack = StackState(1, ready=True, dagster_url="", api_url="")
    with ThreadPoolExecutor(1) as beside:
        waiting = beside.submit(wait_until_idle, embedded, 2)
        time.sleep(0.5)
        with only_stack(settings.home, stack), pytest.raises(ForeseenError, match="Not done after"):
            waiting.result()
    for timeout, patience in ((60, START_SECONDS), (0.2, 0.2)):
        begun = time.monotonic()
        with pytest.raises(ForeseenError, match=r"No stack runs here, .*: make up"):
            wait_until_idle(embedded, timeout)
        assert patience < time.monotonic() - begun < patience + 3


def test_who_waits_too_long_hears_what_is_missing(settings: Settings) -> None:
    with pytest.raises(ForeseenError, match=r"Not done after 0 s\.\nNo stack .*\nno data version"):
        wait_until_idle(settings, 0)


def test_the_status_tells_whether_a_stack_runs_and_what_keeps_files_from_moving(
    settings: Settings,
) -> None:
    settings.landing.mkdir()
    assert read_status(settings).summary().startswith("No stack runs in this home folder.\n")
    (settings.landing / "archive").touch()
    stack = StackState(1, ready=True, dagster_url="http://d", api_url="http://a")
    with only_stack(settings.home, stack):
        first, _, waiting, blocked, *_ = read_status(settings).summary().splitlines()
        assert first == "The stack is starting: Dagster http://d, API http://a/docs"
        stack.write(settings.home, ready=True)
        assert read_status(settings).summary().startswith("The stack runs: Dagster http://d")
    assert waiting == "files waiting: none"
    assert blocked == "  files cannot be moved to archive/: it is no folder; move it away"


def test_without_a_stack_the_status_tells_why_no_database_answers(settings: Settings) -> None:
    secrets = settings.home / "secrets" / "warehouse.json"
    port = str(urlsplit(str(settings.database_url)).port)
    secrets.write_text(secrets.read_text().replace(port, "1"))
    embedded = settings.model_copy(update={"database_url": None})
    with pytest.raises(ForeseenError, match=r"No stack runs here, .*: make up"):
        read_status(embedded)
    stack = StackState(1, ready=True, dagster_url="", api_url="")
    with only_stack(settings.home, stack):
        with pytest.raises(ForeseenError, match="The stack is starting"):
            read_status(embedded)
        stack.write(settings.home, ready=True)
        with pytest.raises(psycopg.OperationalError):
            read_status(embedded)


def test_a_first_start_is_a_start_before_its_warehouse_is_there(settings: Settings) -> None:
    secrets = settings.home / "secrets" / "warehouse.json"
    right = secrets.read_text()
    secrets.unlink()
    with pytest.raises(WarehouseError, match=r"There is no warehouse in .*: make up"):
        read_status(settings)
    stack = StackState(1, ready=True, dagster_url="", api_url="")
    with only_stack(settings.home, stack), ThreadPoolExecutor(1) as beside:
        with pytest.raises(ForeseenError, match="The stack is starting"):
            read_status(settings)
        waiting = beside.submit(wait_until_idle, settings, 1)
        with pytest.raises(ForeseenError, match=r"Not done after 1 s"):
            waiting.result()
    secrets.write_text(right)
    assert read_status(settings).data_version is None


def test_there_is_no_shell_without_a_server() -> None:
    with pytest.raises(psycopg.OperationalError):
        become_psql("postgresql://reader@127.0.0.1:1/dwellhouse", [])
