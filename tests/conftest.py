"""One real Postgres for the whole run, and a fresh warehouse for each test that asks for one.

`TEST_DATABASE_URL` runs the same tests on an outside Postgres: its superuser's URL.
"""

import fcntl
import os
import re
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, settings
from psycopg import sql
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# Before the settings are imported: what somebody has put into the project's .env is no test's.
os.environ["DWELLHOUSE_ENV_FILE"] = os.devnull

from orchestration.runtime.embedded_postgres import EmbeddedPostgres
from orchestration.runtime.warehouse import prepare_warehouse
from orchestration.runtime.warehouse_urls import Warehouse, WarehouseError, with_database
from orchestration.settings import Settings

TESTS = Path(__file__).parent
TEMPLATE = "dwellhouse_template"
# How long an example takes says nothing where several workers share the processors.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")
SLOWEST_FIRST = ("e2e", "integration", "contract", "unit")


class ByGroup(LoadScopeScheduling):
    """Gives one worker all tests of a file, or of the files whose `xdist_group` has one name.

    They share what is slow to make. (xdist's own `loadgroup` does not see the mark in pytest 9.2:
    pytest-dev/pytest-xdist#1386. Only marks of whole files count here.)
    """

    def __init__(self, config: pytest.Config, log: Producer) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False
        self._root = config.rootpath

    def _split_scope(self, nodeid: str) -> str:
        return _group(self._root / nodeid.partition("::")[0])


@cache
def _group(file: Path) -> str:
    mark = re.search(
        r'^pytestmark = .*xdist_group\("(\w+)"\)', file.read_text("utf-8"), re.MULTILINE
    )
    return mark[1] if mark else str(file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByGroup:
    """Distribute tests by group, also where the command line says nothing of it."""
    return ByGroup(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the slowest kind, so that no worker is left alone with it at the end."""
    items.sort(key=lambda item: SLOWEST_FIRST.index(item.path.relative_to(TESTS).parts[0]))


@pytest.fixture(scope="session")
def shared_folder() -> Iterator[Path]:
    """A folder that all workers of this test run see.

    It lies beside pytest's own folder, which pytest closes to the user that Postgres runs as.
    """
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", uuid.uuid4().hex)
    folder = Path(tempfile.gettempdir()) / f"dwellhouse-tests-{run[:12]}"
    folder.mkdir(exist_ok=True)
    with (folder / "users.lock").open("a") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        yield folder
        with suppress(BlockingIOError):  # the last worker tidies up
            fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def server_url(shared_folder: Path) -> Iterator[str]:
    """The superuser's URL of the test run's Postgres.

    Without fsync, for nothing has to last, and without autovacuum, which comes at any moment: plans
    follow from the statistics that builds write themselves.
    """
    outside = os.environ.get("TEST_DATABASE_URL")
    if outside:
        yield outside
        return
    options = {"fsync": "off", "autovacuum": "off", "max_connections": "300"}
    server = EmbeddedPostgres(shared_folder / "server", options)
    with server.running() as url:
        yield url


@pytest.fixture(scope="session")
def template(server_url: str, shared_folder: Path) -> Warehouse:
    """A prepared, empty warehouse that is only ever copied."""
    chosen = Settings(home=shared_folder / "template", role_prefix="")
    marker = shared_folder / "template.lock"
    with marker.open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            return Warehouse.of_home(chosen.home)
        except WarehouseError:
            return prepare_warehouse(chosen, with_database(server_url, TEMPLATE))


@contextmanager
def copied_database(server_url: str, template: str) -> Iterator[str]:
    """Give the name of a fresh copy of the database `template`; drop it afterwards."""
    name = f"test_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        statement = sql.SQL("create database {} template {} strategy file_copy")
        connection.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))
        try:
            yield name
        finally:
            statement = sql.SQL("drop database {} with (force)")
            connection.execute(statement.format(sql.Identifier(name)))


@pytest.fixture
def warehouse(server_url: str, template: Warehouse) -> Iterator[Warehouse]:
    """A fresh, empty warehouse: migrated, with its roles, without data or models."""
    with copied_database(server_url, TEMPLATE) as name:
        yield of_database(template, name)


def of_database(warehouse: Warehouse, name: str) -> Warehouse:
    """Give the same roles for another database of the server."""
    urls = asdict(warehouse)
    moved = {role: with_database(url, name) for role, url in urls.items() if role != "dagster"}
    return replace(warehouse, **moved)
