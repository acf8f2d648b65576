"""Logs are put aside once they are large, while processes write to them."""

import subprocess
from pathlib import Path

import pytest

from orchestration.runtime import log_bounds
from orchestration.runtime.log_bounds import LogBounds


@pytest.fixture(autouse=True)
def small_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_bounds, "LARGEST_BYTES", 8)
    monkeypatch.setattr(log_bounds, "LOOK_SECONDS", 0.0)


def test_who_writes_goes_on_in_the_emptied_log(tmp_path: Path) -> None:
    log, aside = tmp_path / "it.log", tmp_path / "it.log.1"
    bounds = LogBounds([tmp_path / "none.log", log])
    with log.open("ab") as output:
        writer = subprocess.Popen(["cat", "-u"], stdin=subprocess.PIPE, stdout=output, bufsize=0)
    assert writer.stdin is not None
    seen = []
    for text in (b"12345678", b"9", b"abc", b"defghijkl", b"m"):
        before = log.stat().st_size
        writer.stdin.write(text)
        while log.stat().st_size == before:
            assert writer.poll() is None
        bounds.hold()
        seen.append((log.read_bytes(), aside.read_bytes() if aside.exists() else b""))
    writer.stdin.close()
    assert writer.wait(10) == 0
    assert seen == [
        (b"12345678", b""), (b"", b"123456789"), (b"abc", b"123456789"), (b"", b"abcdefghijkl"),
        (b"m", b"abcdefghijkl"),
    ]  # fmt: skip


def test_a_log_stays_closed_to_others(tmp_path: Path) -> None:
    log = tmp_path / "it.log"
    log.write_text("123456789")
    log.chmod(0o600)
    LogBounds([log]).hold()
    assert (tmp_path / "it.log.1").stat().st_mode == log.stat().st_mode


def test_a_look_is_taken_now_and_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_bounds, "LOOK_SECONDS", 60.0)
    log = tmp_path / "it.log"
    bounds = LogBounds([log])
    bounds.hold()
    log.write_text("123456789")
    bounds.hold()
    assert log.read_text() == "123456789"


def test_what_cannot_be_put_aside_stays(tmp_path: Path) -> None:
    log = tmp_path / "it.log"
    log.write_text("123456789")
    (tmp_path / "it.log.1").mkdir()
    (tmp_path / "it.log.1" / "it.log").mkdir()  # where it would go to
    LogBounds([log]).hold()
    assert log.read_text() == "123456789"
