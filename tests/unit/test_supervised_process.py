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
from orchestration.runtime.supervised_process import SupervisedProcess

PATIENCE_SECONDS = 20.0
Supervised = Callable[..., SupervisedProcess]


@pytest.fixture
def supervised(tmp_path: Path) -> Iterator[Supervised]:
    made: list[SupervisedProcess] = []

    def supervised(script: str) -> SupervisedProcess:
        command = ["/bin/sh", "-c", script]
        process = SupervisedProcess("it", command, tmp_path / "logs" / "it.log", lambda: True)
        made.append(process)
        process.start({"PATH": os.environ["PATH"]}, tmp_path)
        return process

    yield supervised
    for process in made:
        process.end(time.monotonic())


def until(what: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not what():
        assert time.monotonic() < deadline, "it took too long"
        time.sleep(0.01)


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
    process = supervised("trap 'sleep 0.3; echo tidy; exit' TERM; echo up; sleep 60 & wait")
    until(lambda: process.last_words() == "up")
    process.signal(signal.SIGTERM)
    process.end(time.monotonic() + PATIENCE_SECONDS)
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


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells of a parent's death")
def test_a_process_ends_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    supervisor = subprocess.Popen(
        [
            sys.executable, "-c",
            "import sys, time; from pathlib import Path\n"
            "from orchestration.runtime.supervised_process import SupervisedProcess\n"
            "folder = Path(sys.argv[1])\n"
            "process = SupervisedProcess('it', ['sleep', '60'], folder / 'log', lambda: True)\n"
            "process.start({'PATH': '/usr/bin:/bin'}, folder)\n"
            "(folder / 'pid').write_text(f'{process.pid}\\n')\n"
            "time.sleep(60)",
            str(tmp_path),
        ],
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    pid = written_pid(tmp_path / "pid")
    assert is_alive(pid)
    supervisor.kill()
    supervisor.wait()
    until(lambda: not is_alive(pid))
