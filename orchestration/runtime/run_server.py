"""Forks a worker for each run from a process that has imported everything.

Why a fork is safe here: until it forks, this process runs one thread, holds no connection to any
database, and has made no gRPC channel. A worker makes all of its connections itself. The server
checks the first of these at its start and refuses to serve otherwise.
"""

import contextlib
import gc
import json
import os
import selectors
import signal
import socket
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from orchestration.runtime.code_fingerprint import code_fingerprint
from orchestration.runtime.run_server_client import PATIENCE_SECONDS
from orchestration.runtime.unix_socket import listening_socket
from orchestration.runtime.worker_claim import WorkerClaims
from orchestration.settings import current_settings

REAP_SECONDS = 0.2
# Whoever asks for a worker is told that there is none while it still listens.
LAUNCH_SECONDS = PATIENCE_SECONDS - 5.0
CODE_SECONDS = 2.0
LARGEST_REQUEST = 1024 * 1024

Request = Mapping[str, object]


@dataclass(frozen=True)
class Waiting:
    """A request for a worker that waits for one to become free; `until` is monotonic."""

    connection: socket.socket
    request: Request
    until: float


@dataclass
class RunServer:
    """One thread that waits for requests, forks, and buries its dead."""

    folder: Path
    max_workers: int
    execute: Callable[[list[str]], None]
    restart: Sequence[str] = (sys.executable, "-m", "orchestration.runtime.run_server")
    fingerprint: Callable[[], str] = code_fingerprint
    launch_seconds: float = LAUNCH_SECONDS
    _workers: dict[int, str] = field(default_factory=dict)
    _waiting: deque[Waiting] = field(default_factory=deque)

    def __post_init__(self) -> None:
        """Remember the code as it is before it is imported."""
        self._code, self._looked_at = self.fingerprint(), time.monotonic()

    def serve(self) -> None:
        """Serve until the process is ended or the code changes; then start anew in its place."""
        _require_one_thread()
        claims = WorkerClaims(self.folder)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        with listening_socket(self.folder) as listener, selectors.DefaultSelector() as selector:
            selector.register(listener, selectors.EVENT_READ)
            while True:
                if selector.select(timeout=REAP_SECONDS):
                    self._receive(listener, claims)
                self._bury()
                if self._has_new_code():
                    self._start_anew(listener)
                self._refuse_overdue()
                self._fork_waiting(listener, claims)

    def _receive(self, listener: socket.socket, claims: WorkerClaims) -> None:
        connection, _ = listener.accept()
        connection.settimeout(1.0)
        try:
            with connection.makefile("rb") as lines:
                request: Request = json.loads(lines.readline(LARGEST_REQUEST))
            if request["do"] == "launch":
                until = time.monotonic() + self.launch_seconds
                self._waiting.append(Waiting(connection, request, until))
                return
            done = request["do"] == "ping" or _terminate(claims.pid(str(request["run_id"])))
            _answer(connection, {"done": done})
        except (OSError, ValueError, KeyError) as error:
            _answer(connection, {"error": f"That was no request: {error}"})

    def _fork_waiting(self, listener: socket.socket, claims: WorkerClaims) -> None:
        while self._waiting and len(self._workers) < self.max_workers:
            waiting = self._waiting.popleft()
            connection, run_id = waiting.connection, str(waiting.request["run_id"])
            command = [str(part) for part in waiting.request["command"]]  # type: ignore[attr-defined]
            try:
                claim = claims.take(run_id)
            except BlockingIOError:
                _answer(connection, {"error": f"Run {run_id} has a worker already."})
                continue
            pid = os.fork()
            if pid == 0:
                listener.close()
                connection.close()
                for other in self._waiting:  # who asked must see it when the server ends
                    other.connection.close()
                claims.sign(claim)
                _work(self.execute, command)
            claim.close()
            self._workers[pid] = run_id
            _answer(connection, {"pid": pid})
            claims.forget_dead()

    def _refuse_overdue(self) -> None:
        """Refuse who has waited long: the run is given up by then, and must not begin later."""
        while self._waiting and self._waiting[0].until < time.monotonic():
            message = (
                f"All {self.max_workers} workers are busy: none was free for "
                f"{self.launch_seconds:g} s. Launch the run again once another has ended, or set "
                "DWELLHOUSE_MAX_CONCURRENT_RUNS higher."
            )
            _answer(self._waiting.popleft().connection, {"error": message})

    def _bury(self) -> None:
        with contextlib.suppress(ChildProcessError):
            while pid := os.waitpid(-1, os.WNOHANG)[0]:
                self._workers.pop(pid, None)  # unknown are those of before a restart

    def _has_new_code(self) -> bool:
        """Look before each fork, and while idle now and then, so that no run has to wait."""
        is_idle = not self._workers and time.monotonic() - self._looked_at > CODE_SECONDS
        if not self._waiting and not is_idle:
            return False
        self._looked_at = time.monotonic()
        return self._code != self.fingerprint()

    def _start_anew(self, listener: socket.socket) -> None:
        """Become a new server with the changed code; whoever waits for an answer asks again."""
        print("The code has changed: the run server starts anew.", flush=True)
        listener.close()
        os.execv(self.restart[0], list(self.restart))  # noqa: S606


def _work(execute: Callable[[list[str]], None], command: list[str]) -> None:
    """Be a worker: execute the run, then end without returning into the server's loop."""
    status = 0
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        execute(command)
    except SystemExit as end:
        status = int(end.code or 0) if isinstance(end.code, int | None) else 1
    except BaseException:
        traceback.print_exc()
        status = 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _terminate(pid: int | None) -> bool:
    if pid is None:
        return False
    os.kill(pid, signal.SIGTERM)
    return True


def _answer(connection: socket.socket, answer: Mapping[str, object]) -> None:
    try:
        connection.sendall(json.dumps(answer).encode() + b"\n")
    except OSError:
        pass
    finally:
        connection.close()


def _require_one_thread() -> None:
    threads = [thread.name for thread in threading.enumerate()]
    if len(threads) > 1:
        message = f"A fork would be unsafe: importing has started threads: {', '.join(threads)}"
        raise RuntimeError(message)


def _free_garbage() -> None:
    """Free what is not used any more, and have the collector look at no other memory again.

    So memory also stays shared with the workers.
    """
    gc.collect()
    gc.freeze()


def main() -> None:
    """Import everything, then serve."""
    # Nearly all of it stays: to look through it for garbage again and again takes seconds.
    gc.disable()
    # The first of all imports has the dbt project parsed; the code server waits for that.
    import orchestration.defs.transform.dbt_project  # noqa: F401

    _free_garbage()
    from orchestration.runtime.preload import execute_dagster_command, preload

    settings = current_settings()
    folder = Path(os.environ["DAGSTER_RUN_WORKERS"])
    server = RunServer(folder, settings.max_concurrent_runs, execute_dagster_command)
    preload(settings)
    _free_garbage()
    gc.enable()
    server.serve()


if __name__ == "__main__":
    main()
