"""Waiting for what comes by itself, for so long and no longer."""

import time
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")
PAUSE_SECONDS = 0.05  # what is asked is often a database or a server, which has other work to do


def until(what: Callable[[], Answer], seconds: float = 20, told: Callable[[], str] = str) -> Answer:
    """Give the first true answer; fail if there is none in time, with what is `told` then."""
    deadline = time.monotonic() + seconds
    while not (answer := what()):
        assert time.monotonic() < deadline, f"not within {seconds:g} s\n{told()}"
        time.sleep(PAUSE_SECONDS)
    return answer
