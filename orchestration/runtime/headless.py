"""`dwellhouse load`: the stack's pipeline on given files, in this process, without a daemon."""

import os
import shutil
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psycopg

from orchestration.runtime.environment import stack_environment
from orchestration.runtime.ledger_lines import LoadedFile, ledger_lines
from orchestration.runtime.stack import prepare
from orchestration.runtime.warehouse import open_warehouse
from orchestration.settings import Settings


@dataclass(frozen=True)
class HeadlessLoad:
    """What came of the given files; `is_published` tells whether the marts hold them."""

    files: Sequence[LoadedFile]
    is_published: bool


def load_files(settings: Settings, paths: Sequence[Path]) -> HeadlessLoad:
    """Load the files and build the marts. Files outside the landing folder are copied, not moved.

    Raises FileNotFoundError for a path that is no file.
    """
    for path in paths:
        if not path.is_file():
            message = f"{path} is no file."
            raise FileNotFoundError(message)
    with open_warehouse(settings) as warehouse:
        prepare(settings)
        os.environ.update(stack_environment(settings, warehouse))
        run_id, succeeded = _run([_landed(path, settings.landing) for path in paths])
        with psycopg.connect(warehouse.loader) as connection:
            return HeadlessLoad(ledger_lines(connection, run_id), is_published=succeeded)


def _landed(path: Path, landing: Path) -> tuple[str, str]:
    """Put the file into landing under a name that the sensor passes over; gives both names."""
    if path.resolve().parent == landing:
        return path.name, path.name
    hidden = f".load-{uuid.uuid4().hex}-{path.name}"
    shutil.copyfile(path, landing / hidden)
    return hidden, path.name


def _run(files: Sequence[tuple[str, str]]) -> tuple[str, bool]:
    # Dagster and what it needs take seconds to import; only this command pays for them.
    import dagster as dg

    from orchestration.definitions import defs
    from orchestration.defs.automation.jobs import INGEST_JOB
    from orchestration.defs.ingestion.sensor import LOAD_STEP

    config = {"files": [hidden for hidden, _ in files], "shown_as": dict(files)}
    with dg.DagsterInstance.get() as instance:
        result = (
            defs()
            .resolve_job_def(INGEST_JOB)
            .execute_in_process(
                run_config={
                    "ops": {LOAD_STEP: {"config": config}},
                    "loggers": {"console": {"config": {"log_level": "ERROR"}}},
                },
                instance=instance,
                raise_on_error=False,
            )
        )
    return result.run_id, result.success
