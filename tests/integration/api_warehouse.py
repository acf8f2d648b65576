"""Fixtures of the API's tests: a really built warehouse, and the real app in front of it."""

import shutil
import uuid
from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg
import pytest

from orchestration.lib.building.dbt_build import DbtProject
from orchestration.lib.building.publication import publish
from orchestration.runtime.warehouse_urls import Warehouse
from tests.conftest import TEMPLATE, copied_database, of_database
from tests.integration.api_client import Api, running_api
from tests.integration.api_events import ROWS, SEEDS
from tests.integration.raw_rows import insert_rows
from tests.reference.events import RawRow

SEEDS_ONLY = ["resource_type:seed"]


def load_rows(warehouse: Warehouse, rows: Sequence[RawRow]) -> None:
    """Put rows into raw as the loader does."""
    with psycopg.connect(warehouse.loader) as connection:
        insert_rows(connection, rows)


def build_and_publish(warehouse: Warehouse, project: DbtProject) -> None:
    """Build all marts and publish them; the seeds stay as they were put there."""
    result = project.build(warehouse.transformer, {}, exclude=SEEDS_ONLY, full_refresh=True)
    assert result.success, result.explanation
    with psycopg.connect(warehouse.transformer) as connection:
        publish(connection, "test", "models", result.tests)


@pytest.fixture(scope="session")
def api_project(shared_folder: Path) -> DbtProject:
    """The dbt project in a folder of this worker; what another has parsed of it is taken along."""
    parsed = DbtProject(shared_folder / "dbt").manifest_path().with_name("partial_parse.msgpack")
    folder = shared_folder / f"api-{uuid.uuid4().hex[:8]}"
    folder.mkdir()
    shutil.copy(parsed, folder)
    return DbtProject(folder)


@pytest.fixture(scope="session")
def built_database(server_url: str, template: Warehouse, api_project: DbtProject) -> Iterator[str]:
    """The made-up events, built and published; only ever copied."""
    with copied_database(server_url, TEMPLATE) as name:
        warehouse = of_database(template, name)
        result = api_project.build(warehouse.transformer, {}, select=SEEDS_ONLY)
        assert result.success, result.explanation
        with psycopg.connect(warehouse.transformer) as connection:
            for statement in SEEDS:
                connection.execute(statement)
        load_rows(warehouse, ROWS)
        build_and_publish(warehouse, api_project)
        yield name


@pytest.fixture(scope="session")
def api_warehouse(server_url: str, template: Warehouse, built_database: str) -> Iterator[Warehouse]:
    """A warehouse with the made-up events that all tests share and only read."""
    with copied_database(server_url, built_database) as name:
        yield of_database(template, name)


@pytest.fixture
def own_warehouse(server_url: str, template: Warehouse, built_database: str) -> Iterator[Warehouse]:
    """A warehouse with the made-up events that one test may change."""
    with copied_database(server_url, built_database) as name:
        yield of_database(template, name)


@pytest.fixture(scope="session")
def api(api_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """The API on the warehouse of the made-up events."""
    with running_api(api_warehouse, tmp_path_factory.mktemp("home")) as client:
        yield client
