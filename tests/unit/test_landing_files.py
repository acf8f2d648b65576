"""Which files are ready to be loaded, and why others are not."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orchestration.lib.chosen_folder import FolderError
from orchestration.lib.landing import landing_files
from orchestration.lib.landing.file_moves import tidy
from orchestration.lib.landing.landing_files import Landing, SettleWatch


class Clock:
    """One that tests move on; files bear the time of the real one."""

    now = 1000.0
    time = staticmethod(time.time)

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(landing_files, "time", clock)
    return clock


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path)


def names(landing: Landing) -> list[str]:
    return [file.name for file in landing.files()]


def settled(watch: SettleWatch, landing: Landing) -> list[str]:
    return [file.name for file in watch.settled(landing.files(), landing.folder)]


def aged(path: Path, seconds: float) -> None:
    """Give the file the time of so many seconds ago; of the future, the kernel's clock says not."""
    then = time.time() - seconds
    os.utime(path, (then, then))


def test_files_are_given_oldest_first_with_their_sizes(landing: Landing) -> None:
    for age, name in enumerate(["c.csv", "a.csv.gz", "b.txt"]):
        (landing.folder / name).write_text("x" * age)
        os.utime(landing.folder / name, (1000 + age, 1000 + age))
    assert [(file.name, file.bytes) for file in landing.files()] == [
        ("c.csv", 0), ("a.csv.gz", 1), ("b.txt", 2),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "name", [".hidden.csv", "a.csv.part", "A.CSV.PART", "a.tmp", "a.csv.crdownload", "README.md"]
)
def test_what_is_being_written_is_passed_over_in_silence(landing: Landing, name: str) -> None:
    (landing.folder / name).write_text("x")
    assert (names(landing), list(landing.ignored())) == ([], [])


def test_own_folders_are_passed_over_in_silence(landing: Landing) -> None:
    for folder in (landing.archive, landing.quarantine, landing.folder / "sources"):
        folder.mkdir()
        (folder / "a.csv").write_text("x")
    assert (names(landing), list(landing.ignored())) == ([], [])


def _link(path: Path) -> None:
    path.with_name(".target").write_text("x")
    path.symlink_to(".target")


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (_link, "symbolic link"),
        (lambda path: path.symlink_to("/nowhere"), "symbolic link"),
        (lambda path: path.symlink_to(path.parent), "symbolic link"),
        (Path.mkdir, "a folder"),
        (os.mkfifo, "no regular file"),
    ],
    ids=["link", "broken link", "link to a folder", "folder", "fifo"],
)
def test_what_is_no_file_is_ignored_with_a_reason(
    landing: Landing, make: Callable[[Path], None], reason: str
) -> None:
    make(landing.folder / "a.csv")
    assert names(landing) == []
    [(name, why)] = landing.ignored()
    assert (name, reason in why) == ("a.csv", True)


def test_a_name_that_is_no_text_and_a_reason_that_came_along_are_ignored(landing: Landing) -> None:
    Path(os.fsdecode(os.fsencode(landing.folder) + b"/\xff.csv")).write_text("x")
    (landing.folder / "a.csv.reason.json").write_text("{}")
    assert names(landing) == []
    assert sorted(why.partition(";")[0] for _, why in landing.ignored()) == [
        "it says why another file is in quarantine", "its name is not readable as UTF-8",
    ]  # fmt: skip


@pytest.mark.parametrize("make", [Path.touch, lambda path: path.symlink_to("/nowhere")])
def test_a_folder_that_no_file_can_be_moved_to_is_told(
    landing: Landing, make: Callable[[Path], None]
) -> None:
    assert list(landing.blocked()) == [], "the first move makes both"
    landing.quarantine.mkdir()
    make(landing.archive)
    assert list(landing.blocked()) == [("archive", "it is no folder; move it away")]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_to_is_told(landing: Landing) -> None:
    landing.archive.mkdir(mode=0o555)
    [(name, why)] = landing.blocked()
    assert (name, "permissions" in why) == ("archive", True)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_cannot_be_read_is_ignored_with_a_reason(landing: Landing) -> None:
    (landing.folder / "a.csv").touch(mode=0)
    assert names(landing) == []
    assert [name for name, why in landing.ignored() if "permissions" in why] == ["a.csv"]


def test_a_missing_folder_is_empty(tmp_path: Path) -> None:
    nowhere = Landing(tmp_path / "nowhere")
    assert (names(nowhere), list(nowhere.ignored())) == ([], [])


def test_a_file_is_ready_once_it_has_stayed_unchanged(landing: Landing, clock: Clock) -> None:
    path, watch = landing.folder / "a.csv", SettleWatch(60, closed_settle_seconds=3)
    path.write_text("x")
    aged(path, -1000)
    for change in (lambda: path.write_text("xy"), lambda: aged(path, -2000)):
        assert settled(watch, landing) == []
        clock.now += 2
        assert settled(watch, landing) == []
        change()
        aged(path, -path.stat().st_size * 1000)
    assert settled(watch, landing) == []
    clock.now += 2.9
    assert settled(watch, landing) == []
    clock.now += 0.2
    assert settled(watch, landing) == ["a.csv"]
    assert settled(watch, landing) == ["a.csv"]


def test_a_local_file_that_nobody_has_changed_for_long_is_ready_at_once(landing: Landing) -> None:
    path, watch = landing.folder / "a.csv", SettleWatch(60, closed_settle_seconds=60)
    path.write_text("x")
    assert settled(watch, landing) == []
    aged(path, 61)
    assert settled(watch, landing) == ["a.csv"]


def test_where_nobody_can_tell_who_writes_a_file_settles_longer(
    landing: Landing, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a network drive: neither who has the file open nor its clock can be believed."""
    monkeypatch.setattr(landing_files, "_is_open_for_writing", lambda _path: None)
    path, watch = landing.folder / "a.csv", SettleWatch(2, closed_settle_seconds=0)
    path.write_text("x")
    aged(path, 1000)
    assert settled(watch, landing) == []
    clock.now += 1.9
    assert settled(watch, landing) == []
    clock.now += 0.2
    assert settled(watch, landing) == ["a.csv"]


def test_a_file_that_came_back_settles_anew(landing: Landing, clock: Clock) -> None:
    path, watch = landing.folder / "a.csv", SettleWatch(60, closed_settle_seconds=2)
    path.write_text("x")
    aged(path, -1000)
    assert settled(watch, landing) == []
    path.rename(landing.folder / "a.part")
    clock.now += 2.5
    assert settled(watch, landing) == []
    (landing.folder / "a.part").rename(path)
    assert settled(watch, landing) == []
    clock.now += 2.5
    assert settled(watch, landing) == ["a.csv"]


def test_a_file_that_is_open_for_writing_is_not_ready(landing: Landing) -> None:
    path, watch = landing.folder / "a.csv", SettleWatch(60, closed_settle_seconds=0)
    with path.open("w") as writer:
        writer.write("half")
        writer.flush()
        aged(path, 1000)
        assert settled(watch, landing) == []
    with path.open():
        assert settled(watch, landing) == ["a.csv"], "whoever only reads disturbs nobody"


def test_a_copy_with_an_old_time_is_ready_and_a_clock_set_back_delays_no_file(
    landing: Landing, clock: Clock
) -> None:
    """`cp -p` keeps the time of long ago; a clock set back leaves files of the future."""
    watch = SettleWatch(60, closed_settle_seconds=2)
    for name, seconds in (("old.csv", 10 * 365 * 86_400), ("of_the_future.csv", -86_400)):
        (landing.folder / name).write_text("x")
        aged(landing.folder / name, seconds)
    assert settled(watch, landing) == ["old.csv"]
    clock.now += 2.5
    assert settled(watch, landing) == ["old.csv", "of_the_future.csv"]


def test_a_look_costs_no_more_for_a_large_archive(
    landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It asks the kernel for nothing in there: neither for the names nor for any file."""
    landing.archive.mkdir()
    for number in range(20):
        (landing.archive / f"{number}.csv").touch()
        (landing.folder / f"{number}.csv").touch()
    watch = SettleWatch(60, closed_settle_seconds=0)
    asked: list[str] = []
    for name in ("scandir", "listdir", "stat", "open"):
        monkeypatch.setattr(os, name, recording(getattr(os, name), asked))
    assert len(settled(watch, landing)) == 20
    assert list(landing.ignored()) == []
    tidy(landing)
    monkeypatch.undo()
    assert asked.count(str(landing.folder)) >= 3, "each look lists the folder"
    assert [path for path in asked if path.startswith(str(landing.archive))] == []


def recording(ask: Callable[..., object], asked: list[str]) -> Callable[..., object]:
    """Give a function that does as `ask` and notes which path it was asked about."""

    def recorded(path: Any, *arguments: Any, **options: Any) -> object:
        asked.append(str(path))
        return ask(path, *arguments, **options)

    return recorded


def test_a_file_that_is_gone_meanwhile_does_no_harm(landing: Landing) -> None:
    path, watch = landing.folder / "a.csv", SettleWatch(60, closed_settle_seconds=60)
    path.write_text("x")
    aged(path, 61)
    listed = list(landing.files())
    path.unlink()
    assert watch.settled(listed, landing.folder) == []


@pytest.mark.parametrize("gone_before", ["the look at its permissions", "the look at its size"])
def test_a_file_that_goes_while_the_folder_is_listed_is_passed_over_in_silence(
    landing: Landing, monkeypatch: pytest.MonkeyPatch, gone_before: str
) -> None:
    """A run moves it away."""
    path, ask = landing.folder / "a.csv", os.access

    def looked_at(*arguments: Any) -> bool:
        if gone_before == "the look at its permissions":
            path.unlink()
        answer = ask(*arguments)
        path.unlink(missing_ok=True)
        return answer

    monkeypatch.setattr(os, "access", looked_at)
    for look in (landing.files, landing.ignored):
        path.write_text("x")
        assert list(look()) == []


def test_a_landing_folder_that_is_none_is_told_with_its_setting(tmp_path: Path) -> None:
    """One that is not there yet has no files; the next start makes it."""
    file = tmp_path / "a.csv"
    assert list(Landing(file).files()) == []
    file.touch()
    with pytest.raises(FolderError, match=r"DWELLHOUSE_LANDING = '.*a\.csv' cannot be used: "):
        list(Landing(file).files())
