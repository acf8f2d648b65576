"""Starts the stock stack: `dagster dev` with all defaults, and an embedded Postgres of its own."""

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

from bench.dagster_runs import is_watching
from bench.stack import (
    BINARIES,
    BenchStack,
    clean_environment,
    free_port,
    own_settings,
    process,
    wait_until,
)
from orchestration.lib.building.dbt_environment import dbt_environment
from orchestration.runtime.embedded_postgres import EmbeddedPostgres
from orchestration.runtime.warehouse import open_warehouse
from orchestration.runtime.warehouse_urls import Warehouse, with_database

DAGSTER_YAML = "telemetry:\n  enabled: false\n"


@contextlib.contextmanager
def stock_stack(folder: Path) -> Iterator[BenchStack]:
    """Run the stock stack in `folder`, with tables and roles as Dwellhouse has them."""
    home, landing, log = folder / "home", folder / "landing", folder / "dagster-dev.log"
    landing.mkdir(parents=True)
    (landing / "archive").mkdir()
    settings = own_settings(home, landing)
    with open_warehouse(settings) as warehouse:
        # It writes to the table with no regard to how that is parted, also rows of today.
        admin = with_database(EmbeddedPostgres(home).url, "dwellhouse")
        with psycopg.connect(admin) as connection:
            connection.execute("create table raw.undivided partition of raw.camera_events default")
        (home / "dagster").mkdir()
        (home / "dagster" / "dagster.yaml").write_text(DAGSTER_YAML, encoding="utf-8")
        port = free_port()
        started = time.monotonic()
        url = f"http://127.0.0.1:{port}"
        command = [str(BINARIES / "dagster"), "dev", "-h", "127.0.0.1", "-p", str(port),
                   "-m", "bench.stock.definitions"]  # fmt: skip
        environment = _environment(warehouse, home, landing)
        with process(command, environment, folder, log) as dagster:
            wait_until(lambda: is_watching(url), dagster, log)
            yield BenchStack(
                home, landing, warehouse, url, dagster.pid, time.monotonic() - started,
                patience_seconds=900.0,
            )  # fmt: skip


def _environment(warehouse: Warehouse, home: Path, landing: Path) -> dict[str, str]:
    with dbt_environment(warehouse.transformer):
        database = {
            name: value for name, value in os.environ.items() if name.startswith(("DBT_", "PG"))
        }
    clean = clean_environment()
    return clean | database | {
        "PATH": f"{BINARIES}{os.pathsep}{clean['PATH']}",  # dagster-dbt looks for dbt there
        "DAGSTER_HOME": str(home / "dagster"),
        "GX_ANALYTICS_ENABLED": "false",
        "STOCK_LANDING": str(landing),
        "STOCK_LOADER_URL": warehouse.loader,
        "STOCK_TRANSFORMER_URL": warehouse.transformer,
        "STOCK_DBT_TARGET": str(home / "dbt"),
    }  # fmt: skip
