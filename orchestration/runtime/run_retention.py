"""Lets finished runs of Dagster go that are older than the operator wants to keep.

What Dagster shows of an asset or a check comes from the run that last told of it. Such a run stays,
however old it is, and so does the run that was asked for last.
"""

import time
from collections.abc import Collection
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from dagster import AssetCheckKey, DagsterInstance, DagsterRunStatus, RunsFilter

FINISHED = [DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED]
# Whoever calls has other work; what is left then is due again at the next call. In a second go more
# runs than a stack makes in a minute.
SECONDS = 1.0
PORTION = 100  # more do not go in that time


def runs_let_go(instance: DagsterInstance, checks: Collection[AssetCheckKey], days: float) -> int:
    """Delete finished runs that nothing has changed for `days`, oldest first; give how many.

    `checks` are those whose last execution stays. Idempotent: a run that was being deleted when its
    process was killed is still due.
    """
    give_up_at = time.monotonic() + SECONDS
    due = RunsFilter(statuses=FINISHED, updated_before=datetime.now(UTC) - timedelta(days=days))
    if not instance.get_run_records(due, limit=1):
        return 0
    shown = _runs_shown(instance, checks)
    gone = 0
    for record in instance.get_run_records(due, limit=len(shown) + PORTION, ascending=True):
        if record.dagster_run.run_id in shown:
            continue
        _delete(instance, record.dagster_run.run_id)
        gone += 1
        if time.monotonic() > give_up_at:
            break
    return gone


def _runs_shown(instance: DagsterInstance, checks: Collection[AssetCheckKey]) -> set[str | None]:
    """Give the runs that assets, checks and `dwellhouse status` show as their last."""
    shown: set[str | None] = {run.dagster_run.run_id for run in instance.get_run_records(limit=1)}
    for asset in (record.asset_entry for record in instance.get_asset_records()):
        materialized = asset.last_materialization_record
        shown |= {asset.last_run_id, materialized.run_id if materialized else None}
    executions = instance.event_log_storage.get_asset_check_summary_records(list(checks))
    for check in executions.values():
        completed = check.last_completed_check_execution_record
        shown |= {check.last_run_id, completed.run_id if completed else None}
    return shown


def _delete(instance: DagsterInstance, run_id: str) -> None:
    """Delete all of a run. The run itself goes last, for by it the rest is found after a kill.

    `DagsterInstance.delete_run` begins with it, and keeps what the run has printed.
    """
    with suppress(FileNotFoundError):  # another process deletes the same run
        instance.compute_log_manager.delete_logs(prefix=[run_id])
    instance.event_log_storage.delete_events(run_id)
    instance.run_storage.delete_run(run_id)
