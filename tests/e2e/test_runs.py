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


def held_run(
    stack: RunningStack, orders: FaultOrders, camera: str, point: str = "copying"
) -> str:  # fmt: skip
    """Drop a file of several chunks and give the run that loads it, which is held at a point."""
    orders.give(point, "hold")
    stack.drop(**{camera: HEADER + visits(VISITS, camera)})
    orders.wait_until_obeyed(point, FINISH_SECONDS)
    query = f"select run_id from raw.loads where file_name = '{camera}.csv' and status = 'loading'"
    [(run_id,)] = stack.ask(query)
    return str(run_id)


def revivals(stack: RunningStack, name: str) -> int:
    """Give how often the stack has told that it started one of its processes again."""
    return stack.told.count(f"{name} had ended and was started again.")


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


@pytest.mark.parametrize("name", SERVERS)
def test_a_killed_server_is_started_again_and_loses_nothing(
    stack: RunningStack, orders: FaultOrders, name: str
) -> None:
    """The next test's run shows that the new one serves."""
    run_id = held_run(stack, orders, name)
    before = revivals(stack, name)
    [pid] = [pid for pid, told in stack.supervised().items() if SERVERS[name] in told]
    os.kill(pid, signal.SIGKILL)
    orders.release("copying")
    until(lambda: revivals(stack, name) > before, FINISH_SECONDS)
    stack.finished()
    assert_loaded_once(stack, name)
    assert str(stack.load_of(f"{name}.csv")["run_id"]) == run_id, "its worker went on"
    assert until(lambda: told_runs(stack), FINISH_SECONDS)[run_id] == "SUCCESS"


def test_a_killed_database_is_started_again_and_loses_nothing(
    stack: RunningStack, orders: FaultOrders
) -> None:
    held_run(stack, orders, "postgres")
    pid_file = stack.home / "postgres" / "postmaster.pid"
    before = revivals(stack, "postgres")
    os.kill(int(pid_file.read_text().splitlines()[0]), signal.SIGKILL)
    orders.release("copying")
    until(lambda: revivals(stack, "postgres") > before, 30)
    until(lambda: stack.has_stored("postgres.csv"), FINISH_SECONDS)
    stack.finished()
    assert_loaded_once(stack, "postgres")
    until(lambda: told_runs(stack), FINISH_SECONDS)


def test_a_run_that_is_ended_from_the_ui_leaves_its_file_to_the_next(
    stack: RunningStack, orders: FaultOrders
) -> None:
    run_id = held_run(stack, orders, "ended", "before_commit")
    pid = pid_of_worker(stack, run_id)
    assert stack.terminate(run_id) == "TerminateRunSuccess"
    until(lambda: stack.runs()[run_id] == "CANCELED", FINISH_SECONDS)
    until(lambda: pid not in stack.processes(), FINISH_SECONDS)
    stack.finished()
    assert_loaded_once(stack, "ended")
    assert str(stack.load_of("ended.csv")["run_id"]) != run_id
