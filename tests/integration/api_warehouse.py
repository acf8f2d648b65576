"""Fixtures of the API's tests: a really built warehouse, and the real app in front of it."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import psycopg
import pytest

from orchestration.lib.dbt_build import DbtProject
from orchestration.lib.publication import publish
from orchestration.runtime.warehouse import Warehouse
from tests.conftest import TEMPLATE, copied_database, of_database
from tests.integration.api_client import Api, running_api
from tests.integration.api_events import CAMERAS, SEEDS, made_up_events
from tests.integration.api_model import Event

COPY = (
    "copy raw.camera_events (load_id, line_number, event_at, person_id, camera_id, event_type, "
    "camera_name, site_id, timestamp_text) from stdin"
)
LOAD = (
    "insert into raw.loads (file_name, sha256, bytes, source, status, rows_read, rows_loaded, "
    "finished_at) values (%s, %s, 10, 'default', 'loaded', %s, %s, now()) returning load_id"
)
SEEDS_ONLY = ["resource_type:seed"]


def load_events(warehouse: Warehouse, name: str, events: Sequence[Event]) -> int:
    """Put events into raw as the loader does, and give the load's number."""
    with psycopg.connect(warehouse.loader) as connection:
        counts = [len(events)] * 2
        row = connection.execute(LOAD, [name, name, *counts]).fetchone()
        assert row is not None
        with connection.cursor().copy(COPY) as copy:
            for number, event in enumerate(events, start=2):
                place = CAMERAS.get(event.camera, (None, None))
                copy.write_row(
                    (row[0], number, event.at, event.person, event.camera, event.type, *place, "")
                )
        return int(row[0])


def build_and_publish(warehouse: Warehouse, project: DbtProject) -> None:
    """Build the marts and publish them; the seeds stay as they were put there."""
    result = project.build(warehouse.transformer, {}, exclude=SEEDS_ONLY)
    assert result.success, result.explanation
    with psycopg.connect(warehouse.transformer) as connection:
        publish(connection, "test", "models")


@pytest.fixture(scope="session")
def built_database(server_url: str, template: Warehouse, shared_folder: Path) -> Iterator[str]:
    """The made-up events, built and published; only ever copied."""
    with copied_database(server_url, TEMPLATE) as name:
        warehouse = of_database(template, name)
        project = DbtProject(shared_folder / name)
        result = project.build(warehouse.transformer, {}, select=SEEDS_ONLY)
        assert result.success, result.explanation
        with psycopg.connect(warehouse.transformer) as connection:
            for statement in SEEDS:
                connection.execute(statement)
        load_events(warehouse, "march.csv", made_up_events())
        build_and_publish(warehouse, project)
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
