"""Processes of the stack are started, revived and ended for real, with their children."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from orchestration.runtime import supervised_process
from orchestration.runtime.process_guard import ProcessGuard
from orchestration.runtime.supervised_process import SupervisedProcess
from tests.waiting import until

Supervised = Callable[..., SupervisedProcess]

# The signal is held back before it can come, so that none is lost on the way to the wait for it.
TIDY_UP = """
import signal, time
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
print("up", flush=True)
signal.sigwait({signal.SIGTERM})
time.sleep(0.3)
print("tidy", flush=True)
"""


@pytest.fixture
def supervised(tmp_path: Path) -> Iterator[Supervised]:
    made: list[SupervisedProcess] = []
    guard = ProcessGuard()

    def supervised(script: str) -> SupervisedProcess:
        command = ["/bin/sh", "-c", script]
        log = tmp_path / "logs" / "it.log"
        process = SupervisedProcess("it", command, log, lambda: True, guard)
        made.append(process)
        process.start({"PATH": os.environ["PATH"]}, tmp_path)
        return process

    yield supervised
    for process in made:
        process.end(time.monotonic())
    guard.dismiss()


def is_alive(pid: int) -> bool:
    """A process that has ended and waits to be reaped is not alive."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def written_pid(path: Path) -> int:
    until(lambda: path.exists() and path.read_text().endswith("\n"))
    return int(path.read_text())


def killed(process: SupervisedProcess) -> None:
    pid = process.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    until(lambda: process.pid is None)


def test_output_is_appended_to_the_log(supervised: Supervised, tmp_path: Path) -> None:
    process = supervised("echo out; echo err >&2; pwd; sleep 60")
    until(lambda: process.last_words().count("\n") == 2)
    killed(process)
    assert process.revive({"PATH": os.environ["PATH"]}, tmp_path)
    until(lambda: process.last_words().count("\n") == 5)
    assert process.last_words().splitlines() == ["out", "err", str(tmp_path)] * 2
    assert process.last_words(lines=1) == str(tmp_path)


def test_a_living_process_is_left_alone(supervised: Supervised, tmp_path: Path) -> None:
    process = supervised("sleep 60")
    pid = process.pid
    assert not process.revive({}, tmp_path)
    assert process.pid == pid


def test_a_process_that_dies_soon_is_revived_later_each_time(
    supervised: Supervised, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervised_process, "RESTART_SECONDS", (0.0, 0.3, 0.6))
    process = supervised("sleep 60")
    killed(process)
    assert process.revive({"PATH": os.environ["PATH"]}, tmp_path), "the first time at once"
    waits = []
    for _ in range(3):
        killed(process)
        began = time.monotonic()
        until(lambda: process.revive({"PATH": os.environ["PATH"]}, tmp_path))
        waits.append(time.monotonic() - began)
        assert process.pid is not None
    assert waits[0] >= 0.3
    assert min(waits[1:]) >= 0.6


def test_a_process_that_has_run_steadily_is_revived_at_once(
    supervised: Supervised, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervised_process, "STEADY_SECONDS", 0.1)
    process = supervised("sleep 60")
    for _ in range(3):
        time.sleep(0.15)
        killed(process)
        assert process.revive({"PATH": os.environ["PATH"]}, tmp_path)


def test_the_end_waits_for_a_process_that_tidies_up(supervised: Supervised, tmp_path: Path) -> None:
    process = supervised(f"exec '{sys.executable}' -c '{TIDY_UP}'")
    until(lambda: process.last_words() == "up")
    process.signal(signal.SIGTERM)
    process.end(time.monotonic() + 20)
    assert process.last_words() == "up\ntidy"
    assert process.pid is None


def test_the_end_kills_who_does_not_listen_and_all_its_children(
    supervised: Supervised, tmp_path: Path
) -> None:
    process = supervised("trap '' TERM; sleep 61 & echo $! > child; sleep 62")
    child, pid = written_pid(tmp_path / "child"), process.pid
    assert pid is not None
    process.signal(signal.SIGTERM)
    began = time.monotonic()
    process.end(began + 0.3)
    assert 0.3 <= time.monotonic() - began < 5
    until(lambda: not is_alive(child))
    assert not is_alive(pid)


def test_children_do_not_outlive_a_process_that_has_ended_already(
    supervised: Supervised, tmp_path: Path
) -> None:
    process = supervised("sleep 61 & echo $! > child")
    child = written_pid(tmp_path / "child")
    until(lambda: process.pid is None)
    process.end(time.monotonic() + 5)
    until(lambda: not is_alive(child))


def test_nothing_is_signalled_once_it_is_buried(
    supervised: Supervised, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its number may belong to others by then."""
    process = supervised("exit")
    until(lambda: process.pid is None)
    process.end(time.monotonic())
    monkeypatch.setattr(os, "killpg", lambda *_: pytest.fail("this may be another's group"))
    process.signal(signal.SIGTERM)
    process.end(time.monotonic())


SUPERVISOR = """
import sys, time
from pathlib import Path
from orchestration.runtime.process_guard import ProcessGuard
from orchestration.runtime.supervised_process import SupervisedProcess
folder, guard = Path(sys.argv[1]), ProcessGuard()
for name in ("a", "b"):
    script = f"trap '' TERM; sleep 61 & echo $! > {folder}/child_{name}; wait"
    process = SupervisedProcess(name, ["sh", "-c", script], folder / "log", lambda: True, guard)
    process.start({"PATH": "/usr/bin:/bin"}, folder)
    (folder / f"leader_{name}").write_text(f"{process.pid}\\n")
told = None
while True:
    guard.revive()  # and has told the new one, if there is one, what to watch
    if guard._process.pid != told:
        told = guard._process.pid
        (folder / "draft").write_text(f"{told}\\n")
        (folder / "draft").rename(folder / "guard")
    time.sleep(0.01)
"""


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[subprocess.Popen[bytes]]:
    """One that has started two stubborn processes, each with a child."""
    process = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, str(tmp_path)], cwd=Path(__file__).parents[2]
    )
    yield process
    process.kill()
    process.wait()


@pytest.mark.parametrize("is_guard_killed", [False, True])
def test_all_end_at_once_with_a_supervisor_that_is_killed(
    supervisor: subprocess.Popen[bytes], tmp_path: Path, is_guard_killed: bool
) -> None:
    guard = written_pid(tmp_path / "guard")
    names = [f"{kind}_{name}" for name in ("a", "b") for kind in ("leader", "child")]
    pids = [written_pid(tmp_path / name) for name in names]
    assert all(is_alive(pid) for pid in pids)
    if is_guard_killed:
        os.kill(guard, signal.SIGKILL)
        until(lambda: written_pid(tmp_path / "guard") != guard)
        assert not is_alive(guard)
    supervisor.kill()
    supervisor.wait()
    began = time.monotonic()
    until(lambda: not any(is_alive(pid) for pid in pids))
    assert time.monotonic() - began < 5
