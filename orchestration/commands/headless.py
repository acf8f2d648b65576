"""`dwellhouse load`: the stack's pipeline on given files, in this process, without a daemon."""

import logging
import os
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

from orchestration.commands.dagster_runs import read_failure
from orchestration.commands.given_files import GivenFile, landed, require_usable, told
from orchestration.commands.ledger_lines import LoadedFile
from orchestration.commands.load_bar import load_bar
from orchestration.lib.foreseen_error import ForeseenError
from orchestration.lib.landing.file_moves import tidy
from orchestration.lib.landing.landing_files import Landing
from orchestration.runtime.environment import stack_environment
from orchestration.runtime.stack import prepare
from orchestration.runtime.warehouse import open_warehouse
from orchestration.runtime.worker_claim import RUN_WORKERS, WorkerClaims
from orchestration.settings import Settings

if TYPE_CHECKING:
    import dagster as dg

log = logging.getLogger(__name__)


class EndedLoadError(ForeseenError):
    """Somebody has ended the command before all was loaded and built."""

    exit_status = 130


@dataclass(frozen=True)
class HeadlessLoad:
    """What came of the given files; where the marts may lack them, `failure` says why."""

    files: Sequence[LoadedFile]
    untold: Sequence[GivenFile] = ()
    failure: str | None = None

    def __str__(self) -> str:
        untold = [f"{file.path} was not loaded: {self._why_not}" for file in self.untold]
        return "\n".join([*map(str, self.files), *untold])

    @property
    def is_in_warehouse(self) -> bool:
        """Whether the content of all given files is in the warehouse."""
        return not self.untold and all(file.is_in_warehouse for file in self.files)

    @property
    def _why_not(self) -> str:
        if self.failure is not None:
            return "the run failed before."
        return "it could not be read, changed or was taken away meanwhile. Load it again."


def load_files(settings: Settings, paths: Sequence[Path]) -> HeadlessLoad:
    """Load the files and build the marts. Files outside the landing folder are copied, not moved.

    Raises UnusableFileError for a path that is no file, cannot be read, or finds no room, and
    EndedLoadError where Ctrl-C ends it.
    """
    require_usable(paths)
    landing = Landing(settings.landing)
    prepare(settings)  # first, for without the folders a database is started in vain
    with open_warehouse(settings) as warehouse:
        try:
            tidy(landing)
        except OSError as error:
            log.warning("A hidden file in landing could not be put in order: %s", error)
        os.environ.update(stack_environment(settings, warehouse))
        run_id = str(uuid.uuid4())
        claims = WorkerClaims(settings.home / RUN_WORKERS)
        with (
            landed(landing, paths) as files,
            load_bar(warehouse.loader, run_id, paths),
            claims.held(run_id),  # a stack beside it asks whether the run has a worker
        ):
            succeeded = _run(run_id, files)
            with (
                psycopg.connect(warehouse.loader) as connection,
                psycopg.connect(warehouse.dagster) as dagster,
            ):
                failure = None if succeeded else read_failure(dagster, run_id)
                load = HeadlessLoad(*told(connection, run_id, files), failure)
        _let_runs_go(settings.run_retention_days)
        return load


def _run(run_id: str, files: Sequence[GivenFile]) -> bool:
    # Dagster and what it needs take seconds to import; only this command pays for them.
    import dagster as dg

    from orchestration.definitions import defs
    from orchestration.defs.automation.jobs import INGEST_JOB
    from orchestration.defs.ingestion.sensor import LOAD_STEP

    names = {file.landed_as: file.name for file in files}
    config = {"files": list(names), "shown_as": names}
    with dg.DagsterInstance.get() as instance:
        result = (
            defs()
            .resolve_job_def(INGEST_JOB)
            .execute_in_process(
                run_config={
                    "ops": {LOAD_STEP: {"config": config}},
                    "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
                },
                instance=instance,
                raise_on_error=False,
                run_id=run_id,
            )
        )
    if any(_is_end(event) for event in result.get_step_failure_events()):
        message = (
            "The load was ended. Files that it has not loaded are as they were; load them again."
        )
        raise EndedLoadError(message)
    return bool(result.success)


def _let_runs_go(days: int) -> None:
    """Let old runs go, as a stack does all the time; a failure is told and the load stands."""
    if not days:
        return
    import dagster as dg

    from orchestration.definitions import defs
    from orchestration.runtime.run_retention import runs_let_go

    checks = defs().resolve_asset_graph().asset_check_keys
    try:
        with dg.DagsterInstance.get() as instance:
            runs_let_go(instance, checks, days)
    except Exception:
        log.exception("Old runs could not be deleted; it is tried again after the next load.")


def _is_end(failure: "dg.DagsterEvent") -> bool:
    error = failure.step_failure_data.error
    return error is not None and error.cls_name == "DagsterExecutionInterruptedError"
