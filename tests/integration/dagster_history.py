"""A Dagster whose history is in a fresh database, written as that of a stack is."""

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
import yaml

from orchestration.runtime.pooled_storage import PooledPostgresStorage
from orchestration.runtime.warehouse_urls import with_database
from tests.conftest import TEMPLATE, copied_database


@pytest.fixture
def history_url(server_url: str, template: object) -> Iterator[str]:
    """The superuser's URL of the database."""
    with copied_database(server_url, TEMPLATE) as name:
        yield with_database(server_url, name)


@pytest.fixture
def instance(history_url: str, tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    """The Dagster, whose own files are in the test's folder."""
    storage = {
        "module": PooledPostgresStorage.__module__, "class": PooledPostgresStorage.__name__,
        "config": {"postgres_url": history_url},
    }  # fmt: skip
    chosen = {"storage": {"custom": storage}, "telemetry": {"enabled": False}}
    (tmp_path / "dagster.yaml").write_text(yaml.safe_dump(chosen))
    with dg.DagsterInstance.from_config(str(tmp_path)) as instance:
        yield instance
