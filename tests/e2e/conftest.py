"""One real stack for all end-to-end tests, in a folder that Postgres' own user can walk through."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from orchestration.lib.landing.landing_files import Landing
from orchestration.runtime.embedded_postgres import EmbeddedPostgres
from orchestration.runtime.warehouse_urls import Warehouse, with_database
from tests.conftest import TEMPLATE, copied_database
from tests.e2e.fault_orders import FaultOrders
from tests.e2e.loading_place import LoadingPlace
from tests.e2e.running_stack import RunningStack


@contextmanager
def stack_folder() -> Iterator[Path]:
    """Give a new folder beside pytest's own, which pytest closes to all other users."""
    folder = Path(tempfile.mkdtemp(prefix="dwellhouse-e2e-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def stack() -> Iterator[RunningStack]:
    """The stack that the tests share; each test drops files of its own."""
    with stack_folder() as folder:
        stack = RunningStack(folder)
        stack.start()
        yield stack
        stack.stop()


@pytest.fixture(scope="module")
def marts_equal_a_rebuild(stack: RunningStack) -> Iterator[None]:
    """After all tests of a file, for it takes seconds each time."""
    yield
    stack.finished()
    assert stack.differing_marts() == []


@pytest.fixture
def orders(stack: RunningStack) -> Iterator[FaultOrders]:
    """What processes of the shared stack are to do at named points."""
    folder = stack.folder / "orders"
    folder.mkdir(exist_ok=True)
    orders = FaultOrders(folder)
    yield orders
    orders.clear()


@pytest.fixture
def other_stack() -> Iterator[RunningStack]:
    """A second home folder with ports of its own; not started."""
    with stack_folder() as folder:
        stack = RunningStack(folder)
        yield stack
        if stack.process is not None:
            stack.stop()
        if stack.home.exists() and EmbeddedPostgres(stack.home).is_running():
            EmbeddedPostgres(stack.home).stop("immediate")


@pytest.fixture(scope="session")
def lasting_warehouse(server_url: str, template: Warehouse) -> Iterator[tuple[Warehouse, str]]:
    """A warehouse for many tests, and the superuser's URL by which it is emptied between them."""
    with copied_database(server_url, TEMPLATE) as name:
        warehouse = replace(
            template,
            loader=with_database(template.loader, name),
            transformer=with_database(template.transformer, name),
        )
        yield warehouse, with_database(server_url, name)


@pytest.fixture
def place(tmp_path: Path, lasting_warehouse: tuple[Warehouse, str]) -> LoadingPlace:
    """A landing folder and an empty ledger, without a stack."""
    warehouse, admin_url = lasting_warehouse
    with psycopg.connect(admin_url) as connection:
        connection.execute(
            "truncate raw.loads, raw.camera_events, raw.rejected_rows restart identity"
        )
    (tmp_path / "landing").mkdir()
    return LoadingPlace(Landing(tmp_path / "landing"), warehouse)
