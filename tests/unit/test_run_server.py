"""The run server forks, bounds, interrupts and outlives workers for real; Dagster is not needed."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from orchestration.runtime.run_server import CODE_SECONDS, LAUNCH_SECONDS, RunServer
from orchestration.runtime.run_server_client import (
    PATIENCE_SECONDS as CLIENTS_PATIENCE_SECONDS,
)
from orchestration.runtime.run_server_client import RunServerClient, RunServerError
from orchestration.runtime.unix_socket import connected_socket
from orchestration.runtime.worker_claim import WorkerClaims
from tests.waiting import until

PATIENCE_SECONDS = 30.0
# A worker tells that it lives, works for as long as the command says or until it is told to end,
# and tells that it is done.
SERVER = """
import os, sys, time
from pathlib import Path
from orchestration.runtime.run_server import RunServer
folder = Path(sys.argv[1])

def execute(command):
    run_id, seconds = command
    print(f"{run_id} works", flush=True)
    (folder / f"{run_id}.begun").write_text(str(os.getpid()))
    deadline = time.monotonic() + float(seconds)
    while time.monotonic() < deadline and not (folder / f"{run_id}.go").exists():
        time.sleep(0.01)
    (folder / f"{run_id}.done").touch()

code = (folder / "code").read_text
server = RunServer(folder, 2, execute, sys.orig_argv, code, float(sys.argv[2]))
(folder / "server.begun").write_text((folder / "code").read_text())
server.serve()
"""


@dataclass
class Running:
    """A server of its own folder."""

    folder: Path
    process: subprocess.Popen[bytes]

    @property
    def client(self) -> RunServerClient:
        return RunServerClient(self.folder)

    @property
    def claims(self) -> WorkerClaims:
        return WorkerClaims(self.folder)

    def launch(self, run_id: str, seconds: float) -> int:
        """Have a worker and wait until it works."""
        pid = self.client.launch(run_id, [run_id, str(seconds)])
        until((self.folder / f"{run_id}.begun").exists, PATIENCE_SECONDS)
        return pid

    def let_end(self, run_id: str) -> None:
        """Have a worker end as one whose work is done."""
        (self.folder / f"{run_id}.go").touch()

    def is_done(self, run_id: str) -> bool:
        return (self.folder / f"{run_id}.done").exists()


@pytest.fixture
def launch_seconds() -> float:
    """How long the server lets a request wait for a worker."""
    return LAUNCH_SECONDS


@pytest.fixture
def server(tmp_path: Path, launch_seconds: float) -> Iterator[Running]:
    (tmp_path / "code").write_text("old")
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-c", SERVER, str(tmp_path), str(launch_seconds)],
            cwd=Path(__file__).parents[2],
            stdout=log, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    running = Running(tmp_path, process)
    until(running.client.is_ready, PATIENCE_SECONDS)
    yield running
    with suppress(ProcessLookupError):  # a test has ended them all
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_a_worker_holds_its_claim_from_its_fork_to_its_end(server: Running) -> None:
    assert server.claims.is_alive("run") is None
    pid = server.launch("run", 60)
    assert (server.claims.is_alive("run"), server.claims.pid("run")) == (True, pid)
    server.let_end("run")
    until(lambda: server.claims.is_alive("run") is False, PATIENCE_SECONDS)
    assert server.is_done("run")
    assert (server.folder / "log").read_text() == "run works\n", "its output is the server's"
    until(lambda: not Path(f"/proc/{pid}").exists(), PATIENCE_SECONDS)


def test_a_run_has_one_worker(server: Running) -> None:
    server.launch("run", 60)
    with pytest.raises(RunServerError, match="has a worker already"):
        server.client.launch("run", ["run", "0"])


def test_no_more_work_at_once_than_the_setting_says(server: Running) -> None:
    first, _ = server.launch("a", 60), server.launch("b", 60)
    with ThreadPoolExecutor() as waiting:
        third = waiting.submit(server.launch, "c", 0)
        time.sleep(0.5)
        assert server.claims.is_alive("c") is None
        os.kill(first, signal.SIGKILL)
        assert third.result(PATIENCE_SECONDS)
    until(lambda: server.is_done("c"), PATIENCE_SECONDS)


def test_who_waits_sees_the_server_end_though_a_worker_lives(server: Running) -> None:
    """A worker that was forked meanwhile must not keep the line of those who still wait."""
    server.launch("a", 60)
    server.launch("b", 60)
    request = {"do": "launch", "run_id": "d", "command": ["d", "0"]}
    with ThreadPoolExecutor() as waiting:
        next_one = waiting.submit(server.launch, "c", 60)
        time.sleep(0.5)
        with connected_socket(server.folder) as last:
            last.settimeout(PATIENCE_SECONDS)
            last.sendall(json.dumps(request).encode() + b"\n")
            time.sleep(0.5)
            server.let_end("a")
            assert next_one.result(PATIENCE_SECONDS)
            os.kill(server.process.pid, signal.SIGKILL)
            assert last.recv(1) == b"", "the end of the line"
    assert server.claims.is_alive("c")


@pytest.mark.parametrize("launch_seconds", [1.0])
def test_a_run_that_has_waited_in_vain_is_refused_and_does_not_begin_later(
    server: Running,
) -> None:
    server.launch("a", 60)
    server.launch("b", 60)
    told = "All 2 workers are busy: none was free for 1 s.*DWELLHOUSE_MAX_CONCURRENT_RUNS"
    with pytest.raises(RunServerError, match=told):
        server.launch("late", 0)
    server.let_end("a")
    until(lambda: not server.claims.is_alive("a"), PATIENCE_SECONDS)
    server.launch("next", 0)
    assert server.claims.is_alive("late") is None, "whoever waited longer would be first"


def test_a_client_still_listens_when_it_is_refused() -> None:
    assert LAUNCH_SECONDS < CLIENTS_PATIENCE_SECONDS


def test_a_worker_is_interrupted_on_demand(server: Running) -> None:
    server.launch("run", 60)
    assert server.client.terminate("run")
    until(lambda: not server.claims.is_alive("run"), PATIENCE_SECONDS)
    assert not server.is_done("run")
    assert not server.client.terminate("run"), "there is none any more"


def test_a_killed_worker_is_known_to_be_dead_at_once(server: Running) -> None:
    pid = server.launch("run", 60)
    os.kill(pid, signal.SIGKILL)
    until(lambda: server.claims.is_alive("run") is False, PATIENCE_SECONDS)
    server.launch("next", 0)


def test_workers_outlive_a_server_that_is_killed(server: Running) -> None:
    server.launch("run", 60)
    server.process.kill()
    server.process.wait()
    assert not server.client.is_ready()
    assert server.claims.is_alive("run")
    server.let_end("run")
    until(lambda: server.is_done("run"), PATIENCE_SECONDS)
    until(lambda: not server.claims.is_alive("run"), PATIENCE_SECONDS)


def test_changed_code_is_there_before_the_next_run(server: Running) -> None:
    server.launch("old", 60)
    (server.folder / "code").write_text("new")
    server.launch("new", 0)
    assert (server.folder / "server.begun").read_text() == "new"
    assert server.claims.is_alive("old")
    server.let_end("old")
    until(lambda: server.is_done("old") and server.is_done("new"), PATIENCE_SECONDS)
    assert server.process.poll() is None, "it is the same process"


def test_an_idle_server_does_not_wait_for_a_run_to_see_changed_code(server: Running) -> None:
    began = time.monotonic()
    (server.folder / "code").write_text("new")
    until(lambda: "starts anew" in (server.folder / "log").read_text(), PATIENCE_SECONDS)
    assert time.monotonic() - began < CODE_SECONDS + 5
    until(lambda: (server.folder / "server.begun").read_text() == "new", PATIENCE_SECONDS)


def test_it_refuses_to_serve_where_a_fork_would_be_unsafe(tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(int).result()
        with pytest.raises(RuntimeError, match="fork would be unsafe"):
            RunServer(tmp_path, 1, print, fingerprint=lambda: "").serve()
