"""Which files are ready; that a file on its way out is never lost and never replaces another."""

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.lib.landing_files import Landing, SettleWatch


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


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_cannot_be_read_is_ignored_with_a_reason(landing: Landing) -> None:
    (landing.folder / "a.csv").touch(mode=0)
    assert names(landing) == []
    assert [name for name, why in landing.ignored() if "permissions" in why] == ["a.csv"]


def test_a_missing_folder_is_empty(tmp_path: Path) -> None:
    nowhere = Landing(tmp_path / "nowhere")
    assert (names(nowhere), list(nowhere.ignored())) == ([], [])


def test_a_file_is_ready_once_it_has_stayed_unchanged(landing: Landing) -> None:
    path, watch = landing.folder / "a.csv", SettleWatch(settle_seconds=0.3)
    path.write_text("x")
    aged(path, -1000)
    for change in (lambda: path.write_text("xy"), lambda: aged(path, -2000)):
        assert settled(watch, landing) == []
        time.sleep(0.2)
        assert settled(watch, landing) == []
        change()
        aged(path, -path.stat().st_size * 1000)
    began = time.monotonic()
    while not (ready := settled(watch, landing)):
        time.sleep(0.01)
    assert (ready, settled(watch, landing)) == (["a.csv"], ["a.csv"])
    assert 0.3 <= time.monotonic() - began < 5


def test_a_local_file_that_nobody_has_changed_for_long_is_ready_at_once(landing: Landing) -> None:
    path, watch = landing.folder / "a.csv", SettleWatch(settle_seconds=60)
    path.write_text("x")
    assert settled(watch, landing) == []
    aged(path, 61)
    assert settled(watch, landing) == ["a.csv"]


def test_a_file_that_came_back_settles_anew(landing: Landing) -> None:
    path, watch = landing.folder / "a.csv", SettleWatch(settle_seconds=0.2)
    path.write_text("x")
    aged(path, -1000)
    assert settled(watch, landing) == []
    path.rename(landing.folder / "a.part")
    time.sleep(0.25)
    assert settled(watch, landing) == []
    (landing.folder / "a.part").rename(path)
    assert settled(watch, landing) == []
    time.sleep(0.25)
    assert settled(watch, landing) == ["a.csv"]


def test_a_file_that_is_open_for_writing_is_not_ready(landing: Landing) -> None:
    path, watch = landing.folder / "a.csv", SettleWatch(settle_seconds=0)
    with path.open("w") as writer:
        writer.write("half")
        writer.flush()
        aged(path, 1000)
        assert settled(watch, landing) == []
    with path.open():
        assert settled(watch, landing) == ["a.csv"], "whoever only reads disturbs nobody"


def test_a_file_that_is_gone_meanwhile_does_no_harm(landing: Landing) -> None:
    path, watch = landing.folder / "a.csv", SettleWatch(settle_seconds=60)
    path.write_text("x")
    aged(path, 61)
    listed = list(landing.files())
    path.unlink()
    assert watch.settled(listed, landing.folder) == []


def put(landing: Landing, content: str, load_id: int, name: str = "a.csv") -> Path:
    path = landing.folder / name
    path.write_text(content)
    return landing.put_away(path, landing.archive, name, load_id)


def test_namesakes_are_told_apart_by_their_load(landing: Landing) -> None:
    stored = [put(landing, "1", 1), put(landing, "2", 2), put(landing, "3", 3)]
    assert [path.name for path in stored] == ["a.csv", "a.2.csv", "a.3.csv"]
    assert [path.read_text() for path in stored] == ["1", "2", "3"]
    assert put(landing, "4", 4, "b.csv.gz").name == "b.csv.gz"
    assert put(landing, "5", 5, "b.csv.gz").name == "b.5.csv.gz"
    assert [put(landing, "6", 6, "plain").name, put(landing, "7", 7, "plain").name] == [
        "plain", "plain.7",
    ]  # fmt: skip


def test_a_file_without_a_free_name_stays_where_it_is(landing: Landing) -> None:
    put(landing, "1", 1)
    put(landing, "2", 2)
    with pytest.raises(FileExistsError, match=r"a\.2\.csv"):
        put(landing, "3", 2)
    assert (landing.folder / "a.csv").read_text() == "3"
    assert (landing.archive / "a.2.csv").read_text() == "2"


@pytest.mark.parametrize("killed_after_link", [True, False])
def test_an_interrupted_move_is_finished(landing: Landing, *, killed_after_link: bool) -> None:
    put(landing, "other", 1)
    path = landing.folder / "a.csv"
    path.write_text("mine")
    if killed_after_link:
        (landing.archive / "a.2.csv").hardlink_to(path)
    assert landing.put_away(path, landing.archive, "a.csv", 2).name == "a.2.csv"
    assert not path.exists()
    assert {path.name: path.read_text() for path in landing.archive.iterdir()} == {
        "a.csv": "other", "a.2.csv": "mine",
    }  # fmt: skip


def test_a_reason_lies_beside_its_file(landing: Landing) -> None:
    for number in (1, 2):
        path = landing.folder / "a.csv"
        path.write_text(str(number))
        reason = {"load_id": number, "reason": "größer"}
        landing.put_away(path, landing.quarantine, "a.csv", number, reason)
    for name, number in (("a.csv", 1), ("a.2.csv", 2)):
        told = json.loads((landing.quarantine / f"{name}.reason.json").read_text("utf-8"))
        assert told == {"load_id": number, "reason": "größer"}
    assert len(list(landing.quarantine.iterdir())) == 4


@settings(max_examples=60, deadline=None)
@given(
    moves=st.lists(
        st.tuples(
            st.sampled_from(["a.csv", "b.csv", "a.1.csv", "a.2.csv", "a"]),
            st.sampled_from(["archive", "quarantine"]),
        ),
        max_size=8,
    )
)
def test_nothing_is_lost_or_replaced_whatever_comes(
    tmp_path_factory: pytest.TempPathFactory, moves: list[tuple[str, str]]
) -> None:
    landing = Landing(tmp_path_factory.mktemp("landing"))
    for load_id, (name, place) in enumerate(moves, start=1):
        path = landing.folder / name
        if path.exists():
            continue
        path.write_text(f"{load_id}")
        try:
            landing.put_away(path, landing.folder / place, name, load_id)
        except FileExistsError:
            assert path.exists()
    contents = [path.read_text() for path in landing.folder.rglob("*") if path.is_file()]
    assert len(contents) == len(set(contents))
    taken = {name for name, _ in moves}
    assert len(contents) >= len(taken)
