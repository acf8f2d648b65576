"""A warehouse that is filled by SQL and built in this process, as a warm run builds it."""

import contextlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from bench.stack import BenchError, own_settings
from orchestration.lib.building.dbt_build import DbtProject
from orchestration.lib.building.publication import build_turn
from orchestration.lib.building.warehouse_build import build, build_scope
from orchestration.runtime.embedded_postgres import EmbeddedPostgres
from orchestration.runtime.warehouse import open_warehouse
from orchestration.runtime.warehouse_urls import with_database

Seconds = Mapping[str, float]


@dataclass(frozen=True)
class Build:
    """Seconds of one build with its publication, and of each model and test that it has run."""

    seconds: float
    nodes: Seconds


class FilledWarehouse:
    """An embedded Postgres with a warehouse; `superuser_url` may do what no role may."""

    def __init__(self, superuser_url: str, transformer_url: str, project: DbtProject) -> None:
        self.superuser_url = superuser_url
        self._url, self._project = transformer_url, project

    def tidy(self) -> None:
        """Leave the tables as autovacuum would in time, and nothing for the disk to do."""
        with psycopg.connect(self.superuser_url, autocommit=True) as connection:
            connection.execute("vacuum analyze")
            connection.execute("checkpoint")

    def built(self) -> Build:
        """Do what a run does once files are committed; raises BenchError if that fails."""
        self._project.preload()
        with psycopg.connect(self._url, autocommit=True) as connection, build_turn(connection):
            started = time.monotonic()
            scope = build_scope(connection, "models")
            result, version = build(
                connection, self._project, self._url, {}, "models", "bench", scope
            )
            seconds = time.monotonic() - started
        if version is None:
            raise BenchError(result.explanation)
        return Build(seconds, {node.name: node.seconds for node in result.nodes})


@contextlib.contextmanager
def warehouse_in(folder: Path) -> Iterator[FilledWarehouse]:
    """Run an empty warehouse with a Postgres of its own."""
    settings = own_settings(folder / "home", folder / "landing")
    with open_warehouse(settings) as warehouse:
        database = urlsplit(warehouse.transformer).path.lstrip("/")
        url = with_database(EmbeddedPostgres(settings.home).url, database)
        yield FilledWarehouse(url, warehouse.transformer, DbtProject(settings.home / "dbt"))
