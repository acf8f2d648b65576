"""A file that was taken and is still there waits, longer after each time, and stops no other."""

import pytest

from orchestration.lib.landing import retry_waits
from orchestration.lib.landing.landing_files import LandedFile
from orchestration.lib.landing.retry_waits import RetryWaits

A, B = LandedFile("a.csv", 1, 1), LandedFile("b.csv", 1, 1)


class Clock:
    now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(retry_waits, "time", clock)
    return clock


def test_the_wait_doubles_up_to_a_bound(clock: Clock) -> None:
    waits = RetryWaits()
    for seconds in (5, 10, 20, 40, 80, 160, 300, 300):
        assert waits.due([A, B]) == [A, B]
        waits.took([A])
        clock.now += seconds - 1
        assert waits.due([A, B]) == [B]
        clock.now += 1


def test_a_file_that_has_changed_or_come_again_is_new(clock: Clock) -> None:
    waits = RetryWaits()
    waits.took([A, B])
    changed = LandedFile("a.csv", 2, 1)
    assert waits.due([changed]) == [changed]
    assert waits.due([B]) == [B], "it was gone in between"
