"""Starts and ends a stack of its own: own folder, own ports, nothing shared with one in use."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.parent_death import end_with_parent
from orchestration.runtime.embedded_postgres import EmbeddedPostgres
from orchestration.runtime.stack_state import running_stack
from orchestration.runtime.warehouse_urls import Warehouse
from orchestration.settings import Settings
from serving.settings import ENV_FILE_NAME, PREFIX, PROJECT_ROOT

BINARIES = Path(sys.executable).parent
READY_SECONDS = 300.0
END_SECONDS = 30.0
PROBE_SECONDS = 0.05


class BenchError(RuntimeError):
    """The benchmark cannot go on; the text says why and where to look."""


@dataclass(frozen=True)
class BenchStack:
    """A running stack, as the measurements see it; the same for both kinds of stack."""

    home: Path
    landing: Path
    warehouse: Warehouse
    dagster_url: str
    pid: int
    ready_seconds: float
    patience_seconds: float


@contextlib.contextmanager
def bench_folder(*, keep: bool) -> Iterator[Path]:
    """Give an empty folder that the database's own system user can walk through."""
    folder = Path(tempfile.mkdtemp(prefix="dwellhouse-bench-"))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        if keep:
            print(f"Kept: {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def dwellhouse_stack(folder: Path) -> Iterator[BenchStack]:
    """Run `dwellhouse up` in `folder`; a second time continues with what is there."""
    home, landing, dagster_port = folder / "home", folder / "landing", free_port()
    chosen: dict[str, object] = {
        "HOME": home, "LANDING": landing, "DAGSTER_PORT": dagster_port, "API_PORT": free_port(),
    }  # fmt: skip
    environment = clean_environment() | {PREFIX + name: str(chosen[name]) for name in chosen}
    folder.mkdir(exist_ok=True)
    started = time.monotonic()
    command = [str(BINARIES / "dwellhouse"), "up"]
    with process(command, environment, folder, folder / "up.log") as up:
        try:
            wait_until(lambda: _is_ready(home), up, folder / "up.log")
            yield BenchStack(
                home, landing, Warehouse.of_home(home), f"http://127.0.0.1:{dagster_port}",
                up.pid, time.monotonic() - started, patience_seconds=300.0,
            )  # fmt: skip
        finally:
            end(up)
            if (home / "postgres" / "postmaster.pid").exists():  # `up` itself was killed
                EmbeddedPostgres(home).stop("immediate")


@contextlib.contextmanager
def process(
    command: Sequence[str], environment: Mapping[str, str], folder: Path, log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a command in a process group of its own, and end all of the group with the block."""
    with log.open("ab") as output:
        running = subprocess.Popen(
            command, env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=output,
            stderr=subprocess.STDOUT, start_new_session=True, preexec_fn=end_with_parent,
        )  # fmt: skip
    try:
        yield running
    finally:
        end(running)


def end(running: subprocess.Popen[bytes]) -> None:
    """Ask the group to end, wait, and kill what is left of it; once it has ended, do nothing."""
    if running.poll() is not None:
        return
    os.killpg(running.pid, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        running.wait(END_SECONDS)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(running.pid, signal.SIGKILL)
    running.wait()


def wait_until(is_so: Callable[[], bool], running: subprocess.Popen[bytes], log: Path) -> None:
    """Wait for a process to be ready; raises BenchError with the end of its log if it is not."""
    deadline = time.monotonic() + READY_SECONDS
    while not is_so():
        if running.poll() is not None or time.monotonic() > deadline:
            tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
            message = f"The stack did not start. The end of {log} says:\n{tail}"
            raise BenchError(message)
        time.sleep(PROBE_SECONDS)


def free_port() -> int:
    """Choose a port on loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def own_settings(home: Path, landing: Path) -> Settings:
    """Give the settings of an embedded warehouse, whatever database the operator's name."""
    return Settings(_env_file=None, home=home, landing=landing, database_url=None, role_prefix=None)


def clean_environment() -> dict[str, str]:
    """Give this process's environment without anyone's settings of Dwellhouse or Dagster."""
    foreign = (PREFIX, "DAGSTER_", "DBT_", "PG")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    ours = {"PYTHONPATH": str(PROJECT_ROOT), ENV_FILE_NAME: os.devnull, "DO_NOT_TRACK": "1"}
    return kept | ours


def _is_ready(home: Path) -> bool:
    state = running_stack(home)
    return state is not None and state.ready
