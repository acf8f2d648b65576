"""Named points on the way of a file at which a test ends or holds the process.

`FAULT_POINTS` names a folder; unset, as it is but in tests, a point costs a look at the
environment. A file in it that is named as a point gives an order, obeyed once: an action and, if
need be, a text that must occur in what the process is about there, such as a file's name.
"""

import os
import signal
import time
from pathlib import Path

VARIABLE = "FAULT_POINTS"
POINTS = (
    "hashed", "claimed", "validating", "copying", "before_commit", "after_commit", "moving",
    "mid_dbt", "between_models", "before_publishing",
)  # fmt: skip
HOLD_SECONDS = 0.01


def reached(point: str, about: str = "") -> None:
    """Obey the order that a test has left for this point, if there is one.

    `kill` and `stop` are the signals; `fail` raises RuntimeError; `hold` waits until the order's
    file `POINT.reached` is removed.
    """
    folder = os.environ.get(VARIABLE)
    if folder:
        _obey(Path(folder) / point, about)


def _obey(order: Path, about: str) -> None:
    try:
        action, _, wanted = order.read_text(encoding="utf-8").strip().partition(" ")
        if wanted not in about:
            return
        done = order.rename(order.with_suffix(".reached"))
    except FileNotFoundError:
        return
    if action == "fail":
        message = f"A test has asked for a failure at {order.name}."
        raise RuntimeError(message)
    if action in ("kill", "stop"):
        os.kill(os.getpid(), signal.SIGKILL if action == "kill" else signal.SIGSTOP)
    while action == "hold" and done.exists():
        time.sleep(HOLD_SECONDS)
