"""What Dagster's own tables say of runs: read here and nowhere else, to spare Dagster's import."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import psycopg

ACTIVE_RUNS = """
select count(*) from runs
where status in ('QUEUED', 'NOT_STARTED', 'STARTING', 'STARTED', 'CANCELING')
"""
LAST_RUN = """
select run_id, status, to_timestamp(end_time) from runs order by id desc limit 1
"""
FAILURE = """
select event from event_logs
where run_id = %s and dagster_event_type = 'PIPELINE_FAILURE' order by id desc limit 1
"""
CHECKS = """
select execution_status, array_agg(check_name order by check_name) from asset_check_executions
where run_id = any(%s) group by execution_status
"""
# What Dagster and this project put before the text of an error: the class that it is of.
_CLASS = re.compile(r"^(?:dagster|orchestration|expectations)\.[\w.]+: ")
_SHOWN_LINES = 5


@dataclass(frozen=True)
class LastRun:
    """The run that was asked for last; one that failed says why, if Dagster knows."""

    run_id: str
    status: str
    ended_at: datetime | None
    failure: str = ""

    def __str__(self) -> str:
        at = f" {self.ended_at.isoformat(sep=' ', timespec='seconds')}" if self.ended_at else ""
        return "\n  ".join([self.status + at, *self.failure.splitlines()[:_SHOWN_LINES]])


def read_runs(dagster: psycopg.Connection) -> tuple[int, LastRun | None]:
    """Give how many runs are not over, and the one that was asked for last."""
    try:
        active = dagster.execute(ACTIVE_RUNS).fetchone()
        last = dagster.execute(LAST_RUN).fetchone()
    except psycopg.errors.UndefinedTable:  # Dagster has never started here
        return 0, None
    if last is None:
        return 0, None
    run_id, status, ended_at = last
    failure = read_failure(dagster, run_id) if status == "FAILURE" else ""
    return (active[0] if active else 0), LastRun(run_id, status, ended_at, failure)


def read_checks(dagster: psycopg.Connection, run_ids: list[str]) -> Mapping[str, list[str]]:
    """Give the names of the asset checks of these runs by how they ended."""
    return dict(dagster.execute(CHECKS, [run_ids]).fetchall())


def read_failure(dagster: psycopg.Connection, run_id: str) -> str:
    """Say why a run failed, as far as Dagster knows."""
    row = dagster.execute(FAILURE, [run_id]).fetchone()
    return failure_of(json.loads(row[0]).get("dagster_event") or {}) if row else ""


def failure_of(event: Mapping[str, Any]) -> str:
    """Give the text of the error that a run failed by: the first that is not Dagster's own."""
    error = (event.get("event_specific_data") or {}).get("error")
    if error is None:
        return str(event.get("message") or "")
    while error["message"].startswith("dagster._core.errors.") and error.get("cause"):
        error = error["cause"]
    return _CLASS.sub("", str(error["message"])).strip()
