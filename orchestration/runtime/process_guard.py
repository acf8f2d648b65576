"""Ends the processes of a stack once their supervisor is gone, whatever has ended it.

The guard is a small process of its own. Its standard input is a pipe that the supervisor alone
holds open, so the kernel tells it of the supervisor's end, of a kill -9 too. It imports next to
nothing: this file is also what it runs.
"""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterable

COMMAND = (sys.executable, "-I", "-S", __file__)


class ProcessGuard:
    """The supervisor's side: tells the guard which process groups are to end with it."""

    def __init__(self) -> None:
        self._groups: set[int] = set()
        self._process = self._started()

    def watch(self, pid: int) -> None:
        """Have the group of this leader ended, should the supervisor be gone."""
        self._groups.add(pid)
        self._tell(f"+{pid}")

    def forget(self, pid: int) -> None:
        """Leave this group alone: its leader has ended, and its number may become another's."""
        self._groups.discard(pid)
        self._tell(f"-{pid}")

    def revive(self) -> None:
        """Start the guard again if it has died."""
        if self._process.poll() is not None:
            self._process = self._started()
            for pid in self._groups:
                self._tell(f"+{pid}")

    def dismiss(self) -> None:
        """End the guard, which ends what it still watches."""
        with contextlib.suppress(BrokenPipeError):
            self._process.communicate()

    def _started(self) -> "subprocess.Popen[str]":
        # A session of its own keeps it from what reaches the supervisor's whole group.
        return subprocess.Popen(
            COMMAND, stdin=subprocess.PIPE, start_new_session=True, text=True, cwd="/"
        )

    def _tell(self, line: str) -> None:
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # it has died, and is told when it is revived
            self._process.stdin.write(f"{line}\n")
            self._process.stdin.flush()


def guard(lines: Iterable[str]) -> None:
    """Keep the list of groups until the lines end, then kill all that are left."""
    groups: set[int] = set()
    for line in lines:
        pid = int(line[1:])
        if line[0] == "+":
            groups.add(pid)
        else:
            groups.discard(pid)
    for pid in groups:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGKILL)


if __name__ == "__main__":
    guard(sys.stdin)
