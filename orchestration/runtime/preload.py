"""What a warm worker finds imported and prepared, so that a run does not pay for it."""

import importlib
import os
import warnings
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from dagster._cli import cli as dagster_cli

from expectations.contract import KNOWN_COLUMNS, REQUIRED_COLUMNS
from expectations.runner import gate
from expectations.verdict import Tally
from orchestration.definitions import defs
from orchestration.defs.automation.jobs import INGEST_JOB
from orchestration.defs.resources import load_rules
from orchestration.defs.transform.dbt_project import dbt_project
from orchestration.lib.loading.load_outcome import LoadRules
from orchestration.lib.reading.candidate_rows import Layout
from orchestration.lib.reading.csv_reading import CsvFile
from orchestration.runtime.pooled_storage import PooledPostgresStorage
from orchestration.runtime.warehouse_urls import Warehouse
from orchestration.settings import Settings, current_settings

# What Dagster, dbt and the load import at their first use only.
LAZY = (
    "dagster._core.execution.plan.active", "dagster._core.executor.in_process",
    "dagster._core.instance.factory", "dagster._core.storage.local_compute_log_manager",
    "dagster._core.storage.root", "dagster._core.system_config.composite_descent",
    "dagster._utils.test", "upath.implementations.local", "psycopg2.extras",
    "dbt.task.build", "dbt_common.clients.agate_helper", "multiprocessing.dummy", "babel.dates",
    "orchestration.lib.loading.file_load",
)  # fmt: skip

REHEARSAL = (
    "timestamp,person_id,camera_id,event_type\n"
    "2026-01-01 10:00:00,a,c,entry\n1767261600,b,c,leave\n2026-01-01T10:00:00Z,,c,entry\n"
)


def preload(settings: Settings) -> None:
    """Import and rehearse everything that a run does, short of any connection."""
    defs().get_repository_def().get_job(INGEST_JOB)
    dbt_project().preload()
    for module in LAZY:
        importlib.import_module(module)
    _rehearse_gate(load_rules(settings))


def execute_dagster_command(command: list[str]) -> None:
    """Execute `dagster …` in this process, as a launcher's new process would.

    What forked this process may have started before there was a database.
    """
    os.environ["DAGSTER_STORAGE_URL"] = Warehouse.of_home(current_settings().home).dagster
    warnings.simplefilter("ignore")
    PooledPostgresStorage.is_of_worker = True
    dagster_cli.main(args=command, prog_name="dagster", standalone_mode=False)


def _rehearse_gate(rules: LoadRules) -> None:
    """Judge a few rows: many imports of pandas and Great Expectations happen at first use only."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "rehearsal.csv"
        path.write_text(REHEARSAL, encoding="utf-8")
        file = CsvFile(path)
        layout = Layout.of(file.header, rules.sources.of(path.name), rules.timezone)
        ready, tally = gate(rules.limits), Tally()
        # The verdicts on these names, and on a file without a bad row, are remembered: each is a
        # fiftieth of a drop.
        for header in (REQUIRED_COLUMNS, KNOWN_COLUMNS):
            ready.header_failure(header, tally)
        for chunk in file.chunks(10):
            ready.row_verdicts([layout.candidates(chunk)], rules.earliest, datetime.now(UTC))
        ready.outcome_failure(3, 0, tally)
