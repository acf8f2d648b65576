"""Runs of a real stack killed at each point, its database restarted, many files at once.

The oracle judges after each. The marts are compared with a rebuild after those that disturb a
build, and at the end: what the others drop is of cameras that no later file comes from.
"""

import pytest

from orchestration.runtime.embedded_postgres import EmbeddedPostgres
from tests.e2e.fault_orders import FaultOrders
from tests.e2e.oracle import Oracle, sha256
from tests.e2e.running_stack import FINISH_SECONDS, RunningStack
from tests.event_files import HEADER, good_rows
from tests.waiting import until

pytestmark = [pytest.mark.xdist_group("stack"), pytest.mark.usefixtures("marts_equal_a_rebuild")]
# At `validating` one is killed below, twice, amid others.
POINTS_OF_A_FILE = (
    "hashed", "claimed", "copying", "before_commit", "after_commit", "moving",
)  # fmt: skip
POINTS_OF_A_BUILD = ("mid_dbt", "between_models", "before_publishing")


@pytest.fixture(scope="module")
def oracle(stack: RunningStack) -> Oracle:
    """Knows what these tests drop; what others have dropped is there already."""
    stack.finished()
    oracle = Oracle(stack.landing, stack.ask)
    oracle.dropped.update(oracle.places().values())
    return oracle


@pytest.fixture(scope="module")
def killed_everywhere(stack: RunningStack, oracle: Oracle) -> dict[str, list[str]]:
    """A file for each point, whose worker was killed there; by point, the statuses of its loads.

    While the first are being noticed and tried again, the next are killed: few of them wait.
    """
    folder = stack.folder / "orders"
    folder.mkdir(exist_ok=True)
    orders = FaultOrders(folder)
    for point in POINTS_OF_A_FILE:
        about = "" if point == "copying" else f"{point}.csv"
        orders.give(point, "kill", about)
        oracle.drop(f"{point}.csv", (HEADER + good_rows(60, point)).encode())
        orders.wait_until_obeyed(point)
    for point in POINTS_OF_A_BUILD:
        orders.give(point, "kill")
        oracle.drop(f"{point}.csv", (HEADER + good_rows(60, point)).encode())
        orders.wait_until_obeyed(point)
    # After so many failures in a row a build waits for minutes, unless a file comes.
    oracle.drop("one more.csv", (HEADER + good_rows(1, "one more")).encode())
    stack.finished()
    orders.clear()
    return {
        point: [
            status
            for (status,) in stack.ask(
                f"select status from raw.loads where file_name = '{point}.csv' order by load_id"
            )
        ]
        for point in (*POINTS_OF_A_FILE, *POINTS_OF_A_BUILD)
    }


@pytest.mark.parametrize("point", [*POINTS_OF_A_FILE, *POINTS_OF_A_BUILD])
def test_a_run_killed_at_any_point_is_made_good(
    stack: RunningStack, oracle: Oracle, killed_everywhere: dict[str, list[str]], point: str
) -> None:
    statuses = killed_everywhere[point]
    assert statuses.count("loaded") == 1
    assert set(statuses) <= {"failed", "loaded"}
    assert stack.load_of(f"{point}.csv")["stored_as"] == f"archive/{point}.csv"
    sessions = stack.ask(f"select count(*) from marts.fct_sessions where person_id like '{point}%'")
    assert sessions == [(60,)]
    oracle.check()
    runs = stack.runs()
    assert set(runs.values()) <= {"SUCCESS", "FAILURE"}
    claims = f"select run_id from raw.loads where file_name = '{point}.csv' order by load_id"
    if point != "hashed":  # where the ledger did not know of the run yet
        assert runs[stack.ask(claims)[0][0]] == "FAILURE", "its worker was killed"


def test_runs_killed_at_all_points_leave_the_marts_of_a_rebuild(
    stack: RunningStack, killed_everywhere: dict[str, list[str]]
) -> None:
    assert killed_everywhere
    assert stack.differing_marts() == []


def restart_database(stack: RunningStack) -> None:
    """Restart the server as after a crash: nothing is written down, every session is lost."""
    server = EmbeddedPostgres(stack.home)
    server.stop("immediate")
    server.start()


def test_a_database_restarted_during_a_build_costs_time_but_no_row(
    stack: RunningStack, oracle: Oracle, orders: FaultOrders
) -> None:
    """One that ends during a load is killed in `test_runs.py`."""
    orders.give("between_models", "hold")
    oracle.drop("restart.csv", (HEADER + good_rows(60, "restart")).encode())
    orders.wait_until_obeyed("between_models")
    restart_database(stack)
    orders.release("between_models")
    until(lambda: stack.has_stored("restart.csv"), FINISH_SECONDS)
    stack.finished()
    oracle.check()
    assert stack.differing_marts() == []
    sessions = "select count(*) from marts.fct_sessions where person_id like 'restart%'"
    assert stack.ask(sessions) == [(60,)]
    assert stack.api("/v1/kpis")["data"]["total_events"] > 0


def test_200_files_with_20_duplicates_dropped_at_once(stack: RunningStack, oracle: Oracle) -> None:
    for number in range(200):
        content = HEADER + good_rows(2, f"many-{number % 180}-", "many")
        oracle.drop(f"many {number:03}.csv", content.encode())
    stack.finished()
    oracle.check()
    counted = stack.ask(
        "select status, count(*), count(distinct run_id) from raw.loads "
        "where file_name like 'many %' group by 1 order by 1"
    )
    assert [(status, count) for status, count, _ in counted] == [("duplicate", 20), ("loaded", 180)]
    assert max(runs for _, _, runs in counted) <= 4, "they are taken in batches"


def test_a_file_that_ends_its_process_holds_up_none_that_are_judged_with_it(
    stack: RunningStack, oracle: Oracle, orders: FaultOrders
) -> None:
    names = ["first.csv", "second.csv", "fatal.csv"]
    for attempt in range(2):
        orders.give("validating", "kill", "fatal.csv")
        if attempt == 0:
            for name in names:
                oracle.drop(name, (HEADER + good_rows(3, name, "fatal")).encode())
        orders.wait_until_obeyed("validating")
        orders.release("validating")
    stack.finished()
    oracle.check()
    loads = stack.ask("select file_name, status from raw.loads order by load_id")
    ends = [(name, status) for name, status in loads if name in names]
    assert [name for name, status in ends if status == "loaded"] == names
    assert {status for _, status in ends} == {"loaded", "failed"}
    for name in names[:2]:
        assert ends.count((name, "failed")) <= 1, "the second time, each is judged by itself"
    assert ("fatal.csv", "failed") in ends
    sessions = "select count(*) from marts.fct_sessions where camera_id = 'fatal'"
    assert stack.ask(sessions) == [(9,)]


def test_what_a_killed_load_has_left_in_landing_is_cleared(
    stack: RunningStack, oracle: Oracle
) -> None:
    (stack.landing / ".load-0123456789abcdef").write_text(HEADER)
    content = HEADER + good_rows(2, "back", "left")
    (stack.landing / ".leaving-0123456789ab-back again.csv").write_text(content)
    oracle.dropped[sha256(content.encode())] += 1
    oracle.drop("next tick.csv", (HEADER + good_rows(2, "tick", "left")).encode())
    until(lambda: stack.has_stored("back again.csv"), FINISH_SECONDS)
    stack.finished()
    oracle.check()


def test_a_mended_file_is_replayed_by_the_stack(stack: RunningStack, oracle: Oracle) -> None:
    oracle.drop("mend me.csv", b"timestamp\n")
    show = ("quarantine", "show", "mend me.csv")
    until(lambda: stack.command(*show).returncode == 0, FINISH_SECONDS)
    told = stack.command(*show).stdout
    load_id = told.split("dwellhouse replay ")[1].split()[0]
    mended = (HEADER + good_rows(3, "mended", "mended")).encode()
    (stack.landing / "quarantine" / "mend me.csv").write_bytes(mended)
    oracle.replaced(b"timestamp\n", mended)
    result = stack.command("replay", load_id)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout == "mend me.csv: loaded, 3 rows read, 3 loaded, 0 rejected\n"
    stack.finished()
    oracle.check()
