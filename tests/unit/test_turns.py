"""Threads that work by turns."""

import threading
import time
from contextlib import suppress

import pytest

from orchestration.lib.building.dbt_internals.turns import Turn

# What waits for ever is a failure too.
pytestmark = pytest.mark.timeout(30)


def test_one_works_at_a_time_and_another_while_it_waits() -> None:
    turn, at_work, most_at_work, waited_together = Turn(), [0], [0], threading.Barrier(4)

    def work() -> None:
        at_work[0] += 1
        most_at_work[0] = max(most_at_work[0], at_work[0])
        time.sleep(0.002)
        at_work[0] -= 1

    def run() -> None:
        with turn.taken():
            work()
            with turn.passed_on():
                waited_together.wait(timeout=10)
            work()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=10)
    assert not waited_together.broken
    assert most_at_work == [1]


def test_who_has_no_turn_passes_none_on() -> None:
    turn = Turn()
    with turn.passed_on(), turn.taken():
        pass


def test_a_failure_while_waiting_leaves_the_turn() -> None:
    turn = Turn()
    with suppress(OSError), turn.taken(), turn.passed_on():
        raise OSError
    with turn.taken():
        pass
