"""One process of the stack: started, watched, restarted when it dies, ended with its children."""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from orchestration.runtime.process_guard import ProcessGuard

RESTART_SECONDS = (0.0, 1.0, 2.0, 5.0, 10.0, 30.0)
STEADY_SECONDS = 60.0
PROBE_SECONDS = 0.02


@dataclass
class SupervisedProcess:
    """A command with its log and the probe that tells when it is ready to serve."""

    name: str
    command: Sequence[str]
    log: Path
    is_ready: Callable[[], bool]
    guard: ProcessGuard
    _process: subprocess.Popen[bytes] | None = None
    _started_at: float = 0.0
    _deaths: int = 0
    _restart_at: float = field(default=0.0, init=False)

    def start(self, environment: Mapping[str, str], folder: Path) -> None:
        """Start the command in a session of its own, so that Ctrl-C reaches its supervisor only."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self.command, env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=log,
                stderr=subprocess.STDOUT, start_new_session=True,
            )  # fmt: skip
        self.guard.watch(self._process.pid)
        self._started_at = time.monotonic()

    @property
    def pid(self) -> int | None:
        """The process's id while it runs."""
        return self._process.pid if self._process and not self._has_ended() else None

    def revive(self, environment: Mapping[str, str], folder: Path) -> bool:
        """Start it again if it has died, later each time that it dies soon; tell if it was dead."""
        if self.pid is not None:
            return False
        now = time.monotonic()
        if not self._restart_at:
            self._deaths = 1 if now - self._started_at > STEADY_SECONDS else self._deaths + 1
            self._restart_at = now + RESTART_SECONDS[min(self._deaths, len(RESTART_SECONDS)) - 1]
        if now < self._restart_at:
            return False
        self._restart_at = 0.0
        self._bury()
        self.start(environment, folder)
        return True

    def end(self, deadline: float) -> None:
        """Wait for its end until `deadline` (monotonic), then kill what is left of its session."""
        if self._process is None:
            return
        while not self._has_ended() and time.monotonic() < deadline:
            time.sleep(PROBE_SECONDS)
        self.signal(signal.SIGKILL)
        self._bury()

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process and its children."""
        if self._process is not None and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, number)

    def last_words(self, lines: int = 15) -> str:
        """Give the end of its log."""
        text = self.log.read_text(encoding="utf-8", errors="replace") if self.log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    def _has_ended(self) -> bool:
        """Tell whether it has ended, and leave it unburied: so its group's number stays its own."""
        assert self._process is not None
        if self._process.returncode is not None or not hasattr(os, "waitid"):
            return self._process.poll() is not None
        how = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self._process.pid, how) is not None

    def _bury(self) -> None:
        if self._process is not None:
            self._process.wait()
            self.guard.forget(self._process.pid)
