"""Fixtures of the API's tests: a really built warehouse, and the real app in front of it."""

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace

import psycopg
import pytest

from orchestration.lib.dbt_build import PROJECT_FOLDER, DbtProject
from orchestration.lib.publication import publish
from orchestration.runtime.warehouse import Warehouse, with_database
from tests.conftest import TEMPLATE, copied_database
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


def build(warehouse: Warehouse, project: DbtProject) -> None:
    """Build the marts and publish them."""
    result = project.build(warehouse.transformer, {})
    assert result.success, result.explanation
    with psycopg.connect(warehouse.transformer) as connection:
        publish(connection, "test")


@pytest.fixture(scope="session")
def dbt_project(tmp_path_factory: pytest.TempPathFactory) -> DbtProject:
    """The project with seeds of its own: sites in two time zones, a camera without events."""
    folder = tmp_path_factory.mktemp("dbt") / "project"
    shutil.copytree(PROJECT_FOLDER, folder, ignore=shutil.ignore_patterns("target", "logs"))
    for name, text in SEEDS.items():
        (folder / "seeds" / name).write_text(text, encoding="utf-8")
    return DbtProject(folder.parent / "target", folder)


@pytest.fixture(scope="session")
def built_database(server_url: str, template: Warehouse, dbt_project: DbtProject) -> Iterator[str]:
    """The made-up events, built and published; only ever copied."""
    with copied_database(server_url, TEMPLATE) as name:
        warehouse = warehouse_of(template, name)
        load_events(warehouse, "march.csv", made_up_events())
        build(warehouse, dbt_project)
        yield name


@pytest.fixture(scope="session")
def api_warehouse(server_url: str, template: Warehouse, built_database: str) -> Iterator[Warehouse]:
    """A warehouse with the made-up events that all tests share and only read."""
    with copied_database(server_url, built_database) as name:
        yield warehouse_of(template, name)


@pytest.fixture
def own_warehouse(server_url: str, template: Warehouse, built_database: str) -> Iterator[Warehouse]:
    """A warehouse with the made-up events that one test may change."""
    with copied_database(server_url, built_database) as name:
        yield warehouse_of(template, name)


@pytest.fixture(scope="session")
def api(api_warehouse: Warehouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """The API on the warehouse of the made-up events."""
    with running_api(api_warehouse.reader, tmp_path_factory.mktemp("home")) as client:
        yield client


def warehouse_of(template: Warehouse, database: str) -> Warehouse:
    """Give the URLs of a copy of the template."""
    return replace(
        template,
        loader=with_database(template.loader, database),
        transformer=with_database(template.transformer, database),
        reader=with_database(template.reader, database),
    )
