"""Landing → Great Expectations → raw → dbt → published, with the defaults of each tool.

Run by `dagster dev`: default launcher and executor (a process a run and a process a step), SQLite
storage, a polling sensor, dbt as a subprocess. It builds the same models from the same files as
Dwellhouse, and does less: no reasons for rejected rows, no duplicates, no recovery, no checks but
dbt's tests.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pandas as pd
from dagster_dbt import DbtCliResource, DbtProject, dbt_assets
from sqlalchemy import Connection, create_engine, text

from bench.stock.validation import valid_rows

LANDING = Path(os.environ["STOCK_LANDING"])
RAW_TABLES = ("raw_loads", "raw_camera_events", "raw_rejected_rows")

project = DbtProject(
    project_dir=Path(__file__).resolve().parents[2] / "dbt_project",
    target_path=os.environ["STOCK_DBT_TARGET"],
)
project.prepare_if_dev()

BEGIN = text("""
insert into raw.loads (file_name, sha256, bytes, source, status, rows_read, rows_loaded,
    rows_rejected, started_at, run_id)
values (:file_name, :sha256, :bytes, 'default', 'loaded', :rows_read, :rows_loaded,
    :rows_rejected, to_timestamp(:started_at), :run_id)
returning load_id
""")
FINISH = text("update raw.loads set finished_at = clock_timestamp() where load_id = :load_id")
PUBLISH = text("""
insert into marts.data_versions (run_id, load_ids)
select :run_id, array_agg(load_id) from raw.loads where run_id = :run_id
""")


class FileConfig(dg.Config):
    """The file of a run."""

    name: str


@dg.multi_asset(specs=[dg.AssetSpec(name) for name in RAW_TABLES])
def raw_tables(
    context: dg.AssetExecutionContext, config: FileConfig
) -> Iterator[dg.MaterializeResult[None]]:
    """Read, validate and load one file."""
    started_at = pd.Timestamp.now("UTC").timestamp()
    path = LANDING / config.name
    rows = pd.read_csv(path, dtype=str, on_bad_lines="skip")
    good = valid_rows(rows)
    load = {
        "file_name": path.name,
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "bytes": path.stat().st_size,
        "rows_read": len(rows),
        "rows_loaded": len(good),
        "rows_rejected": len(rows) - len(good),
        "started_at": started_at,
        "run_id": context.run.run_id,
    }
    with create_engine(os.environ["STOCK_LOADER_URL"]).begin() as connection:
        _write(connection, load, good)
    path.rename(LANDING / "archive" / path.name)
    for name in RAW_TABLES:
        yield dg.MaterializeResult(asset_key=name, metadata={"rows": len(good)})


def _write(connection: Connection, load: dict[str, Any], rows: pd.DataFrame) -> None:
    load_id = connection.execute(BEGIN, load).scalar_one()
    rows.assign(load_id=load_id).to_sql(
        "camera_events", connection, schema="raw", if_exists="append", index=False
    )
    connection.execute(FINISH, {"load_id": load_id})


@dbt_assets(manifest=project.manifest_path)
def marts(context: dg.AssetExecutionContext, dbt: DbtCliResource) -> Iterator[Any]:
    """Build all models in full and run their tests; unit tests aside, as Dwellhouse does."""
    arguments = ["build", "--full-refresh", "--exclude-resource-type", "unit_test"]
    target = Path(os.environ["STOCK_DBT_TARGET"]) / context.run.run_id  # not into the checkout
    yield from dbt.cli(arguments, context=context, target_path=target).stream()
    with create_engine(os.environ["STOCK_TRANSFORMER_URL"]).begin() as connection:
        connection.execute(PUBLISH, {"run_id": context.run.run_id})


ingest_job = dg.define_asset_job("ingest_job", selection=dg.AssetSelection.all())


@dg.sensor(
    job=ingest_job, minimum_interval_seconds=5, default_status=dg.DefaultSensorStatus.RUNNING
)
def landing_sensor() -> Iterator[dg.RunRequest]:
    """Ask for a run a file."""
    for path in sorted(LANDING.glob("*.csv")):
        config = {"ops": {"raw_tables": {"config": {"name": path.name}}}}
        yield dg.RunRequest(run_key=path.name, run_config=config)


defs = dg.Definitions(
    assets=[raw_tables, marts],
    jobs=[ingest_job],
    sensors=[landing_sensor],
    resources={"dbt": DbtCliResource(project_dir=project)},
)
