"""Warehouses with models: built once a test run, then copied like the empty one."""

import fcntl
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from orchestration.lib.building.dbt_build import DbtProject
from orchestration.lib.building.warehouse_build import STATIC
from orchestration.runtime.warehouse_urls import Warehouse
from tests.conftest import TEMPLATE, copied_database, of_database
from tests.integration.compiled_models import full_build_script, partial_build_steps

BUILT = "dwellhouse_built"


@pytest.fixture(scope="session")
def dbt_project(shared_folder: Path) -> DbtProject:
    """The dbt project, parsed once a test run; what it writes is shared by all workers."""
    return DbtProject(shared_folder / "dbt")


@pytest.fixture(scope="session")
def built_template(
    server_url: str, template: Warehouse, dbt_project: DbtProject, shared_folder: Path
) -> str:
    """The name of an empty warehouse with all models, which is only ever copied."""
    marker = shared_folder / f"{BUILT}.sql"
    with marker.with_suffix(".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not marker.exists():
            with copied_database(server_url, TEMPLATE) as name:
                url = of_database(template, name).transformer
                result = dbt_project.build(url, {}, full_refresh=True)
                assert result.success, result.explanation
                folders = (dbt_project.target_path, dbt_project.run_path)
                full_script = full_build_script(*folders)
                result = dbt_project.build(url, {}, exclude=STATIC)
                assert result.success, result.explanation
                partial_steps = partial_build_steps(*folders)
                built = sql.Identifier(BUILT)
                create = sql.SQL("create database {} template {} strategy file_copy")
                with psycopg.connect(server_url, autocommit=True) as connection:
                    # An outside Postgres has that of the run before.
                    connection.execute(sql.SQL("drop database if exists {}").format(built))
                    connection.execute(create.format(built, sql.Identifier(name)))
            marker.with_suffix(".steps.json").write_text(json.dumps(partial_steps), "utf-8")
            marker.write_text(full_script, "utf-8")
    return BUILT


@pytest.fixture
def built_warehouse(
    server_url: str, template: Warehouse, built_template: str
) -> Iterator[Warehouse]:
    """A fresh warehouse with all models and no data."""
    with copied_database(server_url, built_template) as name:
        yield of_database(template, name)


@dataclass(frozen=True)
class BuildScripts:
    """What a full build runs, as one script, and what a partial one does, by model, in order."""

    full: str
    partial: dict[str, str]


@pytest.fixture(scope="session")
def build_scripts(built_template: str, shared_folder: Path) -> BuildScripts:
    """The SQL of both kinds of build; the full one for a warehouse that has no models."""
    path = shared_folder / f"{built_template}.sql"
    steps = json.loads(path.with_suffix(".steps.json").read_text("utf-8"))
    return BuildScripts(path.read_text("utf-8"), steps)
