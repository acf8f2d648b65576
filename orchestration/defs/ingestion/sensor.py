"""Watches the landing folder and asks for a run when files are ready or loads are unpublished."""

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import dagster as dg
from dagster import DagsterRunStatus, RunRecord, RunsFilter, SensorEvaluationContext

from orchestration.defs.automation.jobs import INGEST_JOB
from orchestration.defs.resources import LandingResource, WarehouseResource
from orchestration.defs.transform.dbt_project import current_models
from orchestration.lib.building.publication import is_build_due
from orchestration.lib.landing.file_moves import tidy
from orchestration.lib.landing.landing_events import looks
from orchestration.lib.landing.landing_files import LandedFile, SettleWatch
from orchestration.lib.landing.retry_waits import RetryWaits, retry_seconds
from orchestration.lib.loading.ledger import Ledger
from orchestration.settings import Settings, current_settings

LOAD_STEP = "load_landing_files"
ACTIVE = [
    DagsterRunStatus.QUEUED,
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
]
# Well under the minute after which Dagster cuts a tick.
TICK_SECONDS = 20.0

_watch = SettleWatch(current_settings().settle_seconds, current_settings().closed_settle_seconds)
_retries = RetryWaits()
_reported: set[tuple[str, str]] = set()


@dg.sensor(
    name="landing_sensor", job_name=INGEST_JOB, minimum_interval_seconds=1,
    description="Takes all files that are ready as one batch, and builds what waits to be built.",
    default_status=dg.DefaultSensorStatus.RUNNING,
)  # fmt: skip
def landing_sensor(
    context: SensorEvaluationContext, warehouse: WarehouseResource, landing: LandingResource
) -> dg.RunRequest | dg.SkipReason:
    """Take all ready files as one batch; wait within the tick for files to come and to settle."""
    _look_after(context, landing)
    deadline = time.monotonic() + TICK_SECONDS
    answer = _answer(context, warehouse, landing, check_behind=True)
    if isinstance(answer, dg.RunRequest):
        return answer
    _close_dead_loads(warehouse)
    for _ in looks(landing.landing.folder):
        if any(landing.landing.files()):
            answer = _answer(context, warehouse, landing, check_behind=False)
        if isinstance(answer, dg.RunRequest) or time.monotonic() > deadline:
            break
    return answer


def _answer(
    context: SensorEvaluationContext, warehouse: WarehouseResource, landing: LandingResource,
    *, check_behind: bool,
) -> dg.RunRequest | dg.SkipReason:  # fmt: skip
    """Look once: ask for a run if files are ready or, if wanted, if a build is due."""
    settings = current_settings()
    listed = list(landing.landing.files())
    due = set(_retries.due(listed))
    ready = [file for file in _watch.settled(listed, landing.landing.folder) if file in due]
    if not ready and not check_behind:
        return dg.SkipReason("No file is ready.")
    active = _active_runs(context)
    if len(active) >= settings.max_concurrent_runs:
        return dg.SkipReason(f"{len(active)} runs are active; the next waits for one to end.")
    batch = _batch(ready, _files_of(active), settings)
    if batch:
        _retries.took(batch)
        return _run_request(batch)
    if not check_behind or active or not _is_behind(warehouse):
        return dg.SkipReason("No file is ready.")
    wait = _build_wait(context)
    if wait > 0:
        return dg.SkipReason(f"The last build failed; it is tried again in {wait:.0f} s.")
    return _run_request([])


def _batch(ready: Sequence[LandedFile], taken: set[str], settings: Settings) -> list[LandedFile]:
    """Give the ready files that no run has, oldest first, within the bounds of a batch."""
    batch: list[LandedFile] = []
    size = 0
    for file in ready:
        if file.name in taken:
            continue
        size += file.bytes
        if batch and size > settings.batch_max_bytes:
            break
        batch.append(file)
        if len(batch) == settings.batch_max_files:
            break
    return batch


def _run_request(batch: Sequence[LandedFile]) -> dg.RunRequest:
    config = {"ops": {LOAD_STEP: {"config": {"files": [file.name for file in batch]}}}}
    return dg.RunRequest(run_config=config, tags={"dwellhouse/files": str(len(batch))})


def _active_runs(context: SensorEvaluationContext) -> Sequence[RunRecord]:
    filters = RunsFilter(job_name=INGEST_JOB, statuses=ACTIVE)
    return context.instance.get_run_records(filters)


def _files_of(records: Sequence[RunRecord]) -> set[str]:
    return {file for record in records for file in _configured_files(record)}


def _configured_files(record: RunRecord) -> Sequence[str]:
    found: Any = record.dagster_run.run_config
    for key in ("ops", LOAD_STEP, "config", "files"):
        found = found.get(key) or {}
    return list(found)


def _is_behind(warehouse: WarehouseResource) -> bool:
    """Tell whether a build is due: for a load, for changed models, or for the first time."""
    with warehouse.loading() as connection:
        return is_build_due(connection, current_models())


def _close_dead_loads(warehouse: WarehouseResource) -> None:
    """Close what died and is tried by no run again, as its file has gone: each run does so too."""
    with warehouse.loading() as connection:
        Ledger(connection).close_dead_loads()


def _build_wait(context: SensorEvaluationContext) -> float:
    """Give the seconds until the marts are built again after builds that failed."""
    records = context.instance.get_run_records(RunsFilter(job_name=INGEST_JOB), limit=8)
    failed = 0
    for record in records:
        if record.dagster_run.status != DagsterRunStatus.FAILURE:
            break
        failed += 1
    if not failed:
        return 0.0
    ended: float = records[0].end_time or records[0].create_timestamp.timestamp()
    longest = retry_seconds(failed)
    # The end lies in the future where the clock has been set back since.
    return min(float(ended + longest - datetime.now(UTC).timestamp()), longest)


def _look_after(context: SensorEvaluationContext, landing: LandingResource) -> None:
    """Clear what killed processes have left; say once why something in landing is not taken."""
    try:
        tidy(landing.landing)
    except OSError as error:
        context.log.warning("A hidden file in landing could not be put in order: %s", error)
    for name, reason in landing.landing.ignored():
        if (name, reason) not in _reported:
            _reported.add((name, reason))
            context.log.warning("%s is not loaded: %s.", name, reason)
