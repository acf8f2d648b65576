"""What happens to files and loaders while a file is loaded; after each case the oracle judges."""

import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import psycopg
import pytest

from orchestration.lib.fault_points import VARIABLE
from orchestration.lib.landing.file_state import FileChangedError, FileGoneError, FileState
from orchestration.lib.loading.interrupted_moves import record_finished_moves
from orchestration.lib.loading.ledger import LOCK_POLL_SECONDS, Ledger
from tests.e2e.fault_orders import FaultOrders
from tests.e2e.loading_place import LoadingPlace
from tests.event_files import HEADER, good_rows

pytestmark = pytest.mark.xdist_group("loading")
POINTS_OF_A_LOAD = (
    "hashed", "claimed", "validating", "copying", "before_commit", "after_commit", "moving",
)  # fmt: skip


@pytest.fixture
def orders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FaultOrders:
    folder = tmp_path / "orders"
    folder.mkdir()
    monkeypatch.setenv(VARIABLE, str(folder))
    return FaultOrders(folder)


@pytest.mark.parametrize("point", POINTS_OF_A_LOAD)
def test_an_error_at_any_point_is_made_good_by_the_next_attempt(
    place: LoadingPlace, orders: FaultOrders, point: str
) -> None:
    place.drop("a.csv", HEADER + good_rows(60) + "soon,p,c,entry\n")
    orders.give(point, "fail")
    with pytest.raises(RuntimeError, match="A test has asked"):
        place.load("a.csv")
    assert place.ask("select count(*) from raw.camera_events") in ([(0,)], [(60,)])
    outcome = place.load("a.csv")
    assert outcome is None or outcome.status == "loaded"
    place.oracle.check()
    assert place.ask(
        "select rows_loaded, rows_rejected from raw.loads where status = 'loaded'"
    ) == [(60, 1)]


@pytest.mark.parametrize("point", ["after_commit", "moving"])
@pytest.mark.parametrize("again", ["bad.csv", "good.csv"])
def test_a_move_that_was_cut_short_is_finished_under_the_same_number(
    place: LoadingPlace, orders: FaultOrders, point: str, again: str
) -> None:
    """Of a quarantined file and of a duplicate as well."""
    place.loaded("first.csv", HEADER + good_rows(5))
    content = HEADER + good_rows(5) if again == "good.csv" else HEADER
    place.drop(again, content)
    orders.give(point, "fail")
    if (point, again) != ("after_commit", "good.csv"):  # a duplicate has nothing to commit
        with pytest.raises(RuntimeError, match="A test has asked"):
            place.load(again)
    place.load(again)
    place.oracle.check()
    assert len(place.statuses(again)) == 1


def test_a_move_that_was_not_written_down_is(place: LoadingPlace) -> None:
    """Killed between the move and the entry in the ledger; namesakes do not confuse it."""
    for number in range(3):
        place.loaded("a.csv", HEADER + good_rows(number + 1))
    places = "select load_id, stored_as from raw.loads order by 1"
    before = place.ask(places)
    with psycopg.connect(place.warehouse.loader, autocommit=True) as connection:
        connection.execute("update raw.loads set stored_as = null")
    place.load("no such file")
    assert place.ask(places) == before


def test_only_a_file_whose_place_nobody_has_is_read_to_find_it(
    place: LoadingPlace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a large archived namesake, that would take seconds at the begin of each run."""
    for number in range(3):
        place.loaded("a.csv", HEADER + good_rows(number + 1))
    with psycopg.connect(place.warehouse.loader, autocommit=True) as connection:
        connection.execute("update raw.loads set stored_as = null where load_id = 3")
    read, hashed = [], FileState.hashed

    def noted(path: Path) -> tuple[FileState, str]:
        read.append(path.name)
        return hashed(path)

    monkeypatch.setattr(FileState, "hashed", noted)
    with psycopg.connect(place.warehouse.loader, autocommit=True) as connection:
        record_finished_moves(Ledger(connection), place.landing)
    assert read == ["a.3.csv"]
    place.oracle.check()


def test_the_place_of_a_file_that_was_given_up_is_written_down_too(
    place: LoadingPlace, orders: FaultOrders
) -> None:
    """Its last entry gets it, and none before; else it could be neither replayed nor tried."""
    path = place.drop("a.csv", HEADER + good_rows(10))
    for _ in range(2):
        orders.give("copying", "fail")
        with pytest.raises(RuntimeError, match="A test has asked"):
            place.load("a.csv")
        orders.release("copying")
    orders.give("copying", "fail")
    assert place.load("a.csv") is not None
    with psycopg.connect(place.warehouse.loader, autocommit=True) as connection:
        connection.execute("update raw.loads set stored_as = null")
    assert place.load("no such file") is None
    assert place.ask("select stored_as from raw.loads order by load_id") == [
        (None,), (None,), ("quarantine/a.csv",),
    ]  # fmt: skip
    (place.landing.quarantine / "a.csv").rename(path)
    again = place.load("a.csv")
    assert again is not None
    assert again.status == "loaded", "moved back, its attempts count anew"


def test_a_place_is_that_of_the_last_file_that_came_there(place: LoadingPlace) -> None:
    """Also where its process was killed before it could write down its place."""
    first = place.drop("a.csv", HEADER)
    before = first.read_bytes()
    place.load("a.csv")
    (place.landing.quarantine / "a.csv").unlink()
    place.oracle.replaced(before, (HEADER + good_rows(3)).encode())
    first.write_text(HEADER + good_rows(3))
    place.load("a.csv")
    place.loaded("a.csv", "a,b\n")
    places = "select stored_as from raw.loads order by load_id"
    after = [("",), ("archive/a.csv",), ("quarantine/a.csv",)]
    assert place.ask(places) == after
    with psycopg.connect(place.warehouse.loader, autocommit=True) as connection:
        connection.execute(
            "update raw.loads set stored_as = case load_id when 1 then 'quarantine/a.csv' end "
            "where load_id <> 2"
        )
        record_finished_moves(Ledger(connection), place.landing)
    assert place.ask(places) == after
    with psycopg.connect(place.warehouse.loader, autocommit=True) as connection:
        connection.execute(
            "update raw.loads set stored_as = case load_id when 1 then 'a.csv' end "
            "where load_id <> 2"
        )
        for _ in range(2):  # by the load itself and by a run that begins just then
            Ledger(connection).record_place(3, "quarantine/a.csv", "a.csv")
    assert place.ask(places) == [("quarantine/a.csv",), *after[1:]], "the first was replayed"


def appended(path: Path) -> bytes:
    with path.open("a") as file:
        file.write(good_rows(3, "late"))
    return path.read_bytes()


def replaced(path: Path) -> bytes:
    draft = path.with_name(".new.part")
    draft.write_text(HEADER + good_rows(7, "other"))
    draft.replace(path)
    return path.read_bytes()


def rewritten(path: Path) -> bytes:
    path.write_text(HEADER + good_rows(7, "other"))
    return path.read_bytes()


@pytest.mark.parametrize("change", [appended, replaced, rewritten])
@pytest.mark.parametrize("point", ["hashed", "validating", "before_commit", "after_commit"])
def test_a_file_that_changes_while_it_is_loaded_is_taken_as_it_is_then(
    place: LoadingPlace, orders: FaultOrders, point: str, change: Callable[[Path], bytes]
) -> None:
    path = place.drop("a.csv", HEADER + good_rows(90))
    before = path.read_bytes()
    orders.give(point, "hold")
    loading = place.loading("a.csv")
    orders.wait_until_obeyed(point)
    content = change(path)
    place.oracle.replaced(before, content)
    orders.release(point)
    if point in ("before_commit", "after_commit"):
        loading.result()
    else:
        with pytest.raises(FileChangedError, match="is tried again"):
            loading.result()
        assert place.ask("select count(*) from raw.camera_events") == [(0,)]
    outcome = place.load("a.csv")
    assert outcome is not None
    assert (outcome.status, outcome.counts.rows_loaded) == ("loaded", content.count(b"\n") - 1)
    place.oracle.check()


@pytest.mark.parametrize("point", ["hashed", "validating", "before_commit", "after_commit"])
def test_a_file_that_is_removed_while_it_is_loaded(
    place: LoadingPlace, orders: FaultOrders, point: str
) -> None:
    path = place.drop("a.csv", HEADER + good_rows(90))
    orders.give(point, "hold")
    loading = place.loading("a.csv")
    orders.wait_until_obeyed(point)
    path.unlink()
    orders.release(point)
    if point not in ("validating",):
        loading.result()
    else:
        with pytest.raises(FileGoneError, match="drop it again"):
            loading.result()
    assert place.load("a.csv") is None
    loaded = 90 if point in ("before_commit", "after_commit") else 0
    assert place.ask("select count(*) from raw.camera_events") == [(loaded,)]
    assert place.oracle.places() == {}


def test_a_file_that_is_removed_before_it_is_read(place: LoadingPlace) -> None:
    assert place.load("a.csv") is None
    assert place.ask("select count(*) from raw.loads") == [(0,)]


def test_old_rows_with_new_ones_appended_are_a_content_of_their_own(place: LoadingPlace) -> None:
    place.loaded("a.csv", HEADER + good_rows(10))
    outcome = place.loaded("a.csv", HEADER + good_rows(15))
    assert (outcome.status, outcome.counts.rows_loaded) == ("loaded", 15)
    assert [status for status, _ in place.statuses("a.csv")] == ["loaded", "loaded"]


def test_the_same_content_at_once_is_loaded_once(place: LoadingPlace, orders: FaultOrders) -> None:
    for name in ("a.csv", "b.csv", "c.csv"):
        place.drop(name, HEADER + good_rows(90))
    orders.give("copying", "hold")
    loadings = [place.loading(name) for name in ("a.csv", "b.csv", "c.csv")]
    orders.wait_until_obeyed("copying")
    orders.release("copying")
    outcomes = [loading.result() for loading in loadings]
    assert sorted(outcome.status for outcome in outcomes if outcome) == [
        "duplicate", "duplicate", "loaded",
    ]  # fmt: skip
    place.oracle.check()


def test_the_same_file_taken_twice_at_once_is_loaded_once(place: LoadingPlace) -> None:
    place.drop("a.csv", HEADER + good_rows(90))
    loadings = [place.loading("a.csv") for _ in range(3)]
    outcomes = [loading.result() for loading in loadings]
    assert [outcome.status for outcome in outcomes if outcome] == ["loaded"]
    place.oracle.check()


def test_different_files_are_loaded_in_parallel(place: LoadingPlace, orders: FaultOrders) -> None:
    place.drop("a.csv", HEADER + good_rows(90, "a"))
    place.drop("b.csv", HEADER + good_rows(90, "b"))
    orders.give("before_commit", "hold", "a.csv")
    held = place.loading("a.csv")
    orders.wait_until_obeyed("before_commit")
    outcome = place.load("b.csv")
    assert outcome is not None
    assert outcome.status == "loaded"
    orders.release("before_commit")
    assert held.result() is not None
    place.oracle.check()


def test_a_worker_believed_dead_cannot_commit_once_another_has_taken_over(
    place: LoadingPlace, orders: FaultOrders
) -> None:
    place.drop("a.csv", HEADER + good_rows(90))
    orders.give("before_commit", "hold")
    sleeper = place.loading("a.csv")
    orders.wait_until_obeyed("before_commit")
    outcome = place.load("a.csv", stalled_seconds=0.3)
    assert outcome is not None
    assert outcome.status == "loaded"
    orders.release("before_commit")
    with pytest.raises(psycopg.OperationalError):
        sleeper.result()
    place.oracle.check()
    assert place.statuses("a.csv") == [("failed", "worker_died"), ("loaded", None)]


def test_a_load_that_died_is_closed_though_its_file_never_comes_again(
    place: LoadingPlace, orders: FaultOrders
) -> None:
    """By whoever loads anything; what others are loading at that moment is let be."""
    place.drop("dead.csv", HEADER + good_rows(5, "dead"))
    _left_loading(place, "clock_timestamp()", "dead.csv")
    place.drop("live.csv", HEADER + good_rows(5, "live"))
    orders.give("copying", "hold")
    live = place.loading("live.csv")
    orders.wait_until_obeyed("copying")
    with psycopg.connect(place.warehouse.loader, autocommit=True) as connection:
        Ledger(connection).close_dead_loads()
    assert place.statuses("dead.csv") == [("failed", "worker_died")]
    assert place.statuses("live.csv") == [("loading", None)]
    orders.release("copying")
    assert live.result() is not None
    place.oracle.check()


def test_a_slow_load_that_shows_life_is_waited_for(
    place: LoadingPlace, orders: FaultOrders
) -> None:
    """Also once it has ended, while its file is moved."""
    place.drop("a.csv", HEADER + good_rows(90))
    orders.give("copying", "hold")
    orders.give("moving", "hold")
    slow = place.loading("a.csv")
    orders.wait_until_obeyed("copying")
    stop = threading.Event()

    def show_life() -> None:
        with psycopg.connect(place.warehouse.loader, autocommit=True) as connection:
            while not stop.wait(0.1):
                connection.execute("update raw.loads set progress_at = clock_timestamp()")

    life = threading.Thread(target=show_life)
    life.start()
    waiting = place.loading("a.csv", stalled_seconds=3.0)
    assert not stop.wait(4.0)
    stop.set()
    life.join()
    orders.release("copying")
    orders.wait_until_obeyed("moving")
    time.sleep(5 * LOCK_POLL_SECONDS)
    orders.release("moving")
    outcome = slow.result()
    assert outcome is not None
    assert outcome.status == "loaded"
    assert waiting.result() is None
    place.oracle.check()


def test_a_file_that_fails_again_and_again_is_quarantined(
    place: LoadingPlace, orders: FaultOrders
) -> None:
    place.drop("a.csv", HEADER + good_rows(10))
    for attempt in (1, 2, 3):
        orders.give("copying", "fail")
        if attempt < 3:
            with pytest.raises(RuntimeError, match="A test has asked"):
                place.load("a.csv")
            orders.release("copying")
    outcome = place.load("a.csv")
    assert outcome is not None
    assert (outcome.status, outcome.stored_as) == ("failed", "quarantine/a.csv")
    assert "could not be loaded in 3 attempts. The last: A test has asked" in str(outcome.reason)
    place.oracle.check()
    stored = place.landing.quarantine / "a.csv"
    stored.rename(place.landing.folder / "a.csv")
    again = place.load("a.csv")
    assert again is not None
    assert again.status == "loaded", "moved back, its attempts count anew"


def test_failures_under_a_name_are_forgotten_once_a_file_of_it_is_put_away(
    place: LoadingPlace, orders: FaultOrders
) -> None:
    def failed_names() -> Mapping[str, bool]:
        with psycopg.connect(place.warehouse.loader, autocommit=True) as connection:
            return Ledger(connection).failed_names(["a.csv", "b.csv", "c.csv"])

    for name in ("a.csv", "b.csv"):
        place.drop(name, HEADER + good_rows(10, name))
    for name in ("a.csv", "a.csv", "b.csv"):
        orders.give("copying", "fail")
        with pytest.raises(RuntimeError, match="A test has asked"):
            place.load(name)
        orders.release("copying")
    with psycopg.connect(place.warehouse.loader, autocommit=True) as connection:
        connection.execute(
            "insert into raw.loads (file_name, sha256, bytes, source, status, reason_code) "
            "select 'c.csv', repeat('0', 64), 1, 'default', 'failed', 'interrupted' "
            "from generate_series(1, 2)"
        )
    assert failed_names() == {"a.csv": True, "b.csv": False, "c.csv": False}
    for name in ("a.csv", "b.csv"):
        assert place.load(name) is not None
    assert failed_names() == {"c.csv": False}


def test_a_file_that_cannot_be_put_into_quarantine_is_given_up_once(
    place: LoadingPlace, orders: FaultOrders
) -> None:
    place.drop("a.csv", HEADER + good_rows(10))
    place.landing.quarantine.touch()  # a file where the folder should be
    for _ in range(3):
        orders.give("copying", "fail")
        with pytest.raises((RuntimeError, FileExistsError)):
            place.load("a.csv")
        orders.release("copying")
    reasons = "select reason from raw.loads order by load_id"
    *_, (given_up,) = before = place.ask(reasons)
    for _ in range(2):
        with pytest.raises(FileExistsError):
            place.load("a.csv")
        assert place.ask(reasons) == before
    place.landing.quarantine.unlink()
    outcome = place.load("a.csv")
    assert outcome is not None
    assert (outcome.status, outcome.stored_as) == ("failed", "quarantine/a.csv")
    assert outcome.reason == given_up
    place.oracle.check()


def _left_loading(place: LoadingPlace, started_at: str, name: str = "a.csv") -> None:
    """Leave the ledger as a killed process does."""
    with psycopg.connect(place.warehouse.loader, autocommit=True) as connection:
        connection.execute(
            "insert into raw.loads (file_name, sha256, bytes, source, status, started_at) "
            f"select '{name}', '{next(iter(place.oracle.dropped))}', 1, 'default', 'loading', "
            f"{started_at}"
        )


def test_a_file_that_ends_its_process_each_time_is_quarantined_untried(place: LoadingPlace) -> None:
    place.drop("a.csv", HEADER + good_rows(10))
    for _ in range(3):
        _left_loading(place, "clock_timestamp()")
    _left_loading(place, "pg_postmaster_start_time() - interval '1 s'")
    outcome = place.load("a.csv")
    assert outcome is not None
    assert (outcome.status, outcome.stored_as) == ("failed", "quarantine/a.csv")
    assert outcome.reason == (
        "It could not be loaded in 3 attempts. "
        "The last: The process that loaded this file ended before it was done."
    )
    place.oracle.check()


def test_restarts_of_the_database_are_not_held_against_a_file(place: LoadingPlace) -> None:
    place.drop("a.csv", HEADER + good_rows(10))
    for _ in range(9):
        _left_loading(place, "pg_postmaster_start_time() - interval '1 s'")
    outcome = place.load("a.csv")
    assert outcome is not None
    assert outcome.status == "loaded"
    place.oracle.check()


@pytest.mark.parametrize("point", ["claimed", "validating", "copying", "before_commit"])
def test_a_lost_connection_at_any_point_leaves_no_row(
    place: LoadingPlace, orders: FaultOrders, point: str
) -> None:
    place.drop("a.csv", HEADER + good_rows(90))
    orders.give(point, "hold")
    loading = place.loading("a.csv")
    orders.wait_until_obeyed(point)
    with psycopg.connect(place.warehouse.loader, autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity "
            "where usename = current_user and pid <> pg_backend_pid() "
            "and datname = current_database()"
        )
    orders.release(point)
    with pytest.raises(psycopg.OperationalError):
        loading.result()
    assert place.ask("select count(*) from raw.camera_events") == [(0,)]
    outcome = place.load("a.csv")
    assert outcome is not None
    assert outcome.status == "loaded"
    place.oracle.check()


def test_progress_is_seen_before_the_commit(
    place: LoadingPlace, orders: FaultOrders, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchestration.lib.loading import load_progress

    monkeypatch.setattr(load_progress, "TELL_SECONDS", 0.0)
    path = place.drop("a.csv", HEADER + good_rows(150))
    orders.give("before_commit", "hold")
    loading = place.loading("a.csv")
    orders.wait_until_obeyed("before_commit")
    [seen] = place.ask("select status, rows_read, bytes_read, percent from raw.loads")
    assert seen == ("loading", 150, path.stat().st_size, 100)
    assert place.ask("select count(*) from raw.camera_events") == [(0,)]
    assert [progress.counts.rows_read for progress in place.told] == list(range(50, 151, 50))
    assert str(place.told[1]).startswith("a.csv: ")
    assert " %, 100 rows read, " in str(place.told[1])
    orders.release("before_commit")
    assert loading.result() is not None
    place.oracle.check()
    [(percent, rate)] = place.ask("select percent, rows_per_second > 0 from raw.loads")
    assert (percent, rate) == (100, True)


def test_a_file_with_too_many_rows_is_refused_while_it_is_read(place: LoadingPlace) -> None:
    place.drop("a.csv", HEADER + good_rows(90))
    outcome = place.load("a.csv", max_file_rows=60)
    assert outcome is not None
    assert (outcome.status, outcome.reason_code) == ("rejected", "too_large")
    assert "60 rows" in str(outcome.reason)
    place.oracle.check()
