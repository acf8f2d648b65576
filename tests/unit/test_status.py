"""What `dwellhouse status` says of the stack, for a person."""

from datetime import UTC, datetime

import pytest

from orchestration.commands.dagster_runs import LastRun, failure_of
from orchestration.commands.status import Status


@pytest.mark.parametrize(
    ("ended_at", "shown"),
    [(None, "STARTED"), (datetime(2026, 3, 2, 9, tzinfo=UTC), "STARTED 2026-03-02 09:00:00+00:00")],
)
def test_the_end_of_a_run_is_told_once_it_has_ended(ended_at: datetime | None, shown: str) -> None:
    seen = Status(
        stack=None, files_waiting=[], files_ignored={}, folders_blocked={}, runs_active=1,
        last_run=LastRun("run", "STARTED", ended_at), loads={}, loads_unpublished=0,
        last_files=[], data_version=None, published_at=None,
    )  # fmt: skip
    assert f"runs active: 1; the last one: {shown}\n" in seen.summary()


DAGSTERS = 'dagster._core.errors.DagsterExecutionStepExecutionError: Error occurred in op "load":'


@pytest.mark.parametrize(
    ("event", "failure"),
    [
        ({"message": "The run has no worker."}, "The run has no worker."),
        ({"event_specific_data": {"error": {"message": f"{DAGSTERS}\n", "cause": {
            "message": "orchestration.lib.foreseen_error.ForeseenError: Mend a.yml.\n",
            "cause": {"message": "KeyError: 'a'\n"}}}}}, "Mend a.yml."),
        ({"event_specific_data": {"error": {"message": "KeyError: 'a'\n", "cause": None}}},
         "KeyError: 'a'"),
    ],
)  # fmt: skip
def test_the_failure_of_a_run_is_the_first_error_that_is_not_dagsters_own(
    event: dict[str, object], failure: str
) -> None:
    assert failure_of(event) == failure
