"""Warehouses with models: built once a test run, then copied like the empty one."""

import fcntl
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from orchestration.lib.dbt_build import DbtProject
from orchestration.runtime.warehouse import Warehouse
from tests.conftest import TEMPLATE, copied_database, of_database
from tests.integration.compiled_models import models_script

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
                result = dbt_project.build(of_database(template, name).transformer, {})
                assert result.success, result.explanation
                with psycopg.connect(server_url, autocommit=True) as connection:
                    connection.execute(
                        sql.SQL("create database {} template {} strategy file_copy").format(
                            sql.Identifier(BUILT), sql.Identifier(name)
                        )
                    )
            marker.write_text(models_script(dbt_project.target_path, dbt_project.run_path), "utf-8")
    return BUILT


@pytest.fixture
def built_warehouse(
    server_url: str, template: Warehouse, built_template: str
) -> Iterator[Warehouse]:
    """A fresh warehouse with all models and no data."""
    with copied_database(server_url, built_template) as name:
        yield of_database(template, name)


@pytest.fixture(scope="session")
def compiled_models(built_template: str, shared_folder: Path) -> Path:
    """The file with the SQL of all models as one script, for a warehouse that has none."""
    return shared_folder / f"{built_template}.sql"
