"""What is killed or ended while a file loads: the file is published in the end, once, by itself."""

import os
import signal
from collections.abc import Iterator

import pytest

from tests.e2e.fault_orders import FaultOrders
from tests.e2e.running_stack import FINISH_SECONDS, RunningStack, visits
from tests.event_files import HEADER
from tests.waiting import until

pytestmark = [pytest.mark.xdist_group("stack"), pytest.mark.usefixtures("marts_equal_a_rebuild")]

VISITS = 1_500
SERVERS = {
    "run-server": "orchestration.runtime.run_server",
    "daemon": "dagster-daemon run",
    "webserver": "dagster-webserver",
    "code-server": "code-server start",
}
REVIVED = "postgres had ended and was started again."


def run_that_loads(stack: RunningStack, camera: str) -> str:
    """Drop a file of several chunks and give the run that has begun to load it."""
    stack.drop(**{camera: HEADER + visits(VISITS, camera)})
    query = f"select run_id from raw.loads where file_name = '{camera}.csv' and status = 'loading'"
    [(run_id,)] = until(lambda: stack.ask(query), FINISH_SECONDS)
    return str(run_id)


def assert_loaded_once(stack: RunningStack, camera: str) -> None:
    attempts = [row[0] for row in stack.ask(
        f"select status from raw.loads where file_name = '{camera}.csv'"
    )]  # fmt: skip
    assert sorted(attempts) in (["loaded"], ["failed", "loaded"])
    count = f"select count(*) from {{}} where camera_id = '{camera}'"
    assert stack.ask(count.format("raw.camera_events")) == [(2 * VISITS,)]
    assert stack.ask(count.format("marts.fct_sessions")) == [(VISITS,)]
    assert stack.load_of(f"{camera}.csv")["stored_as"] == f"archive/{camera}.csv"
    assert not (stack.landing / f"{camera}.csv").exists()


def told_runs(stack: RunningStack) -> dict[str, str]:
    """Give the runs, or none while the UI has no connection, as after a restart of the database."""
    try:
        return stack.runs()
    except OSError:
        return {}


def pid_of_worker(stack: RunningStack, run_id: str) -> int:
    return int((stack.home / "run-workers" / f"{run_id}.run").read_text())


@pytest.fixture(autouse=True)
def no_run_goes_on(stack: RunningStack) -> Iterator[None]:
    """Whatever a test has done, nothing says in the end that a run is still under way."""
    yield
    runs = until(lambda: told_runs(stack), FINISH_SECONDS)
    assert set(runs.values()) <= {"SUCCESS", "FAILURE", "CANCELED"}


def test_a_killed_worker_costs_time_but_no_row(stack: RunningStack) -> None:
    run_id = run_that_loads(stack, "worker")
    os.kill(pid_of_worker(stack, run_id), signal.SIGKILL)
    stack.finished()
    assert_loaded_once(stack, "worker")
    # That it has ended is seen by Dagster's monitoring, in its own time.
    until(lambda: told_runs(stack).get(run_id) == "FAILURE", FINISH_SECONDS)


@pytest.mark.parametrize("name", SERVERS)
def test_a_killed_server_is_started_again_and_loses_nothing(stack: RunningStack, name: str) -> None:
    run_id = run_that_loads(stack, name)
    [pid] = [pid for pid, told in stack.supervised().items() if SERVERS[name] in told]
    os.kill(pid, signal.SIGKILL)
    stack.finished()
    assert_loaded_once(stack, name)
    until(lambda: f"{name} had ended and was started again." in stack.told, FINISH_SECONDS)
    assert str(stack.load_of(f"{name}.csv")["run_id"]) == run_id, "its worker went on"
    assert until(lambda: told_runs(stack), FINISH_SECONDS)[run_id] == "SUCCESS"


def test_a_killed_database_is_started_again_and_loses_nothing(stack: RunningStack) -> None:
    run_that_loads(stack, "postgres")
    pid_file = stack.home / "postgres" / "postmaster.pid"
    revivals = stack.told.count(REVIVED)
    os.kill(int(pid_file.read_text().splitlines()[0]), signal.SIGKILL)
    until(lambda: stack.told.count(REVIVED) > revivals, 30)
    until(lambda: stack.has_stored("postgres.csv"), FINISH_SECONDS)
    stack.finished()
    assert_loaded_once(stack, "postgres")
    until(lambda: told_runs(stack), FINISH_SECONDS)


def test_a_run_that_is_ended_from_the_ui_leaves_its_file_to_the_next(
    stack: RunningStack, orders: FaultOrders
) -> None:
    orders.give("before_commit", "hold", "ended.csv")  # or it might be done before it is told
    run_id = run_that_loads(stack, "ended")
    pid = pid_of_worker(stack, run_id)
    orders.wait_until_obeyed("before_commit")
    assert stack.terminate(run_id) == "TerminateRunSuccess"
    until(lambda: stack.runs()[run_id] == "CANCELED", FINISH_SECONDS)
    until(lambda: pid not in stack.processes(), FINISH_SECONDS)
    stack.finished()
    assert_loaded_once(stack, "ended")
    assert str(stack.load_of("ended.csv")["run_id"]) != run_id
