"""A file on its way out of landing, or back, is never lost and never replaces another."""

import errno
import json
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.lib.landing import file_moves
from orchestration.lib.landing.file_moves import (
    put_away,
    put_back,
    reason_file,
    tidy,
)
from orchestration.lib.landing.file_state import FileChangedError, FileState
from orchestration.lib.landing.landing_files import Landing
from orchestration.lib.landing.lent_copies import COPY, lent_copy


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    return Landing(tmp_path)


def put(landing: Landing, content: str, load_id: int, name: str = "a.csv") -> Path:
    path = landing.folder / name
    path.write_text(content)
    return put_away(landing, path, landing.archive, name, load_id, FileState.of(path))


def test_namesakes_are_told_apart_by_their_load(landing: Landing) -> None:
    stored = [put(landing, "1", 1), put(landing, "2", 2), put(landing, "3", 3)]
    assert [path.name for path in stored] == ["a.csv", "a.2.csv", "a.3.csv"]
    assert [path.read_text() for path in stored] == ["1", "2", "3"]
    assert put(landing, "4", 4, "b.csv.gz").name == "b.csv.gz"
    assert put(landing, "5", 5, "b.csv.gz").name == "b.5.csv.gz"
    assert [put(landing, "6", 6, "plain").name, put(landing, "7", 7, "plain").name] == [
        "plain", "plain.7",
    ]  # fmt: skip


def test_a_namesake_of_a_namesake_finds_a_name(landing: Landing) -> None:
    """Somebody had dropped a file of that very name before."""
    put(landing, "1", 1)
    put(landing, "2", 2)
    assert put(landing, "3", 2).name == "a.2-2.csv"
    assert (landing.archive / "a.2.csv").read_text() == "2"


@pytest.mark.parametrize("killed_after_link", [True, False])
def test_an_interrupted_move_is_finished(landing: Landing, *, killed_after_link: bool) -> None:
    put(landing, "other", 1)
    path = landing.folder / "a.csv"
    path.write_text("mine")
    if killed_after_link:
        (landing.archive / "a.2.csv").hardlink_to(path)
    stored = put_away(landing, path, landing.archive, "a.csv", 2, FileState.of(path))
    assert stored.name == "a.2.csv"
    assert not path.exists()
    assert {path.name: path.read_text() for path in landing.archive.iterdir()} == {
        "a.csv": "other", "a.2.csv": "mine",
    }  # fmt: skip


def test_a_file_is_on_its_disk_before_it_leaves_landing(
    landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever dropped it may not have waited for the disk, and lets it go once it is taken."""
    path = landing.folder / "a.csv"
    path.write_text("mine")
    inode = path.stat().st_ino
    written: list[tuple[int, bool]] = []
    monkeypatch.setattr(
        os, "fsync", lambda fd: written.append((os.fstat(fd).st_ino, path.exists()))
    )
    put_away(landing, path, landing.archive, "a.csv", 1, FileState.of(path))
    assert (inode, True) in written
    assert not path.exists()


def test_a_file_that_was_shown_by_another_is_put_back(
    landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = put(landing, "mine", 1)

    def shown_meanwhile(stored: Path) -> Path:
        tidy(landing)
        return reason_file(stored)

    monkeypatch.setattr(file_moves, "reason_file", shown_meanwhile)
    assert put_back(landing, stored, "a.csv", 1).read_text() == "mine"


def test_a_reason_lies_beside_its_file(landing: Landing) -> None:
    for number in (1, 2):
        path = landing.folder / "a.csv"
        path.write_text(str(number))
        reason = {"load_id": number, "reason": "größer"}
        state = FileState.of(path)
        put_away(landing, path, landing.quarantine, "a.csv", number, state, reason)
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
        put_away(landing, path, landing.folder / place, name, load_id, FileState.of(path))
        assert not path.exists()
    contents = [path.read_text() for path in landing.folder.rglob("*") if path.is_file()]
    assert len(contents) == len(set(contents))
    taken = {name for name, _ in moves}
    assert len(contents) >= len(taken)


def everything(landing: Landing) -> dict[str, str]:
    """What lies where, hidden or not."""
    return {
        str(path.relative_to(landing.folder)): path.read_text()
        for folder in (landing.folder, landing.archive, landing.quarantine)
        if folder.exists()
        for path in folder.iterdir()
        if path.is_file()
    }


SHARED_MEMORY = Path("/dev/shm")


@pytest.fixture(params=["links", "no links", "other disk"])
def any_landing(
    request: pytest.FixtureRequest, landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Landing]:
    """One that files leave by links, one of other users' files, one with another disk to go to."""
    if request.param == "no links":
        monkeypatch.setattr(os, "link", no_link)
    if request.param != "other disk":
        yield landing
        return
    if not SHARED_MEMORY.exists() or same_disk(SHARED_MEMORY, landing.folder):
        pytest.skip("there is no other disk here")
    with tempfile.TemporaryDirectory(dir=SHARED_MEMORY) as disk:
        for folder in (landing.archive, landing.quarantine):
            (disk / Path(folder.name)).mkdir()
            folder.symlink_to(disk / Path(folder.name))
        yield landing


def same_disk(one: Path, other: Path) -> bool:
    return one.stat().st_dev == other.stat().st_dev


def no_link(_path: Path, target: Path, **_: object) -> None:
    raise OSError(errno.EEXIST if target.exists() else errno.EPERM, "not here")


def rewritten(path: Path) -> None:
    path.write_text("other content")


def replaced(path: Path) -> None:
    path.with_name(".new").write_text("other content")
    path.with_name(".new").replace(path)


@pytest.mark.parametrize("change", [rewritten, replaced])
def test_what_has_changed_since_it_was_loaded_stays(
    any_landing: Landing, change: Callable[[Path], None]
) -> None:
    landing = any_landing
    path = landing.folder / "a.csv"
    path.write_text("loaded")
    state = FileState.of(path)
    change(path)
    with pytest.raises(FileChangedError, match="is tried again"):
        put_away(landing, path, landing.quarantine, "a.csv", 1, state, {"reason": "x"})
    assert everything(landing) == {"a.csv": "other content"}


def test_a_file_put_in_its_place_at_the_last_moment_stays(
    any_landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the link and before the unlink, or what stands for them."""
    landing = any_landing
    path = landing.folder / "a.csv"
    path.write_text("loaded")
    monkeypatch.setattr(file_moves, "reached", lambda *_: replaced(path))
    put_away(landing, path, landing.archive, "a.csv", 1, FileState.of(path))
    assert everything(landing) == {"a.csv": "other content", "archive/a.csv": "loaded"}


def test_rows_that_are_appended_at_the_last_moment_are_read(
    landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file in the archive has them as well, but the warehouse has not."""
    path = landing.folder / "a.csv"
    path.write_text("loaded")
    monkeypatch.setattr(file_moves, "reached", lambda *_: rewritten(path))
    put_away(landing, path, landing.archive, "a.csv", 1, FileState.of(path))
    assert [file.name for file in landing.files()] == ["a.csv"]
    monkeypatch.undo()
    put_away(landing, path, landing.archive, "a.csv", 2, FileState.of(path))
    assert everything(landing) == {"archive/a.csv": "other content"}


def test_two_that_move_the_same_file_do_not_disturb_each_other(
    landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = landing.folder / "a.csv"
    path.write_text("loaded")
    state = FileState.of(path)
    monkeypatch.setattr(file_moves, "reached", lambda *_: path.unlink())
    put_away(landing, path, landing.archive, "a.csv", 1, state)
    assert everything(landing) == {"archive/a.csv": "loaded"}
    with pytest.raises(FileChangedError):
        put_away(landing, path, landing.archive, "a.csv", 1, state)


def test_a_disk_without_links_and_an_archive_on_another_disk_will_do(any_landing: Landing) -> None:
    landing = any_landing
    assert [put(landing, "1", 1).name, put(landing, "2", 2).name] == ["a.csv", "a.2.csv"]
    assert everything(landing) == {"archive/a.csv": "1", "archive/a.2.csv": "2"}


def test_a_file_whose_reason_cannot_be_written_stays(any_landing: Landing) -> None:
    landing = any_landing
    path = landing.folder / "a.csv"
    path.write_text("refused")
    (landing.quarantine / ".a.csv.reason.json.part").mkdir(parents=True)
    with pytest.raises(IsADirectoryError):
        put_away(landing, path, landing.quarantine, "a.csv", 1, FileState.of(path), {"reason": "x"})
    assert path.read_text() == "refused"


def test_a_move_that_is_killed_at_any_step_is_finished_by_the_next(any_landing: Landing) -> None:
    """Meanwhile the file is somewhere, and in quarantine alone only with its reason."""
    landing = any_landing
    path, stored = landing.folder / "a.csv", landing.quarantine / "a.csv"
    for steps in range(100):
        path.write_text("refused")
        is_killed = killed_after(steps, landing, partial(quarantine, landing))
        places = {place for place, text in everything(landing).items() if text == "refused"}
        assert places, steps
        assert places != {"quarantine/a.csv"} or reason_file(stored).exists(), steps
        tidy(landing)
        if path.exists():
            quarantine(landing)
        told = '{\n  "load_id": 1\n}\n'
        assert everything(landing) == {
            "quarantine/a.csv": "refused", "quarantine/a.csv.reason.json": told,
        }, steps  # fmt: skip
        if not is_killed:
            break
        stored.unlink()
        reason_file(stored).unlink()
    assert 3 < steps < 99, "each step was killed once"


def test_what_cannot_be_put_in_order_keeps_nothing_else_from_it(landing: Landing) -> None:
    for number in range(9):
        (landing.folder / f".load-{number}").mkdir()
        (landing.folder / f".moving-{number:012}-{number}.csv").write_text("whole")
    with pytest.raises(IsADirectoryError):
        tidy(landing)
    shown = {path.name for path in landing.folder.glob("*.csv")}
    assert shown == {f"{number}.csv" for number in range(9)}


def test_a_replay_that_is_killed_at_any_step_neither_loses_nor_cuts_the_file(
    any_landing: Landing,
) -> None:
    landing = any_landing
    path, stored = landing.folder / "a.csv", landing.quarantine / "a.csv"
    for steps in range(100):
        path.write_text("refused")
        quarantine(landing)
        is_killed = killed_after(steps, landing, lambda: put_back(landing, stored, "a.csv", 1))
        tidy(landing)
        if not path.exists():
            put_back(landing, stored, "a.csv", 1)
        assert path.read_text() == "refused", steps
        stored.unlink(missing_ok=True)
        reason_file(stored).unlink(missing_ok=True)
        assert everything(landing) == {"a.csv": "refused"}, steps
        if not is_killed:
            break
    assert 1 < steps < 99, "each step was killed once"


def quarantine(landing: Landing) -> None:
    path = landing.folder / "a.csv"
    state = FileState.of(path)
    put_away(landing, path, landing.quarantine, "a.csv", 1, state, {"load_id": 1})


def killed_after(steps: int, landing: Landing, move: Callable[[], object]) -> bool:
    """Move in a child that is killed once it has changed so much; false if it ended by itself."""
    child = os.fork()
    if child == 0:
        left = iter(range(steps))

        def count(_event: str, arguments: tuple[object, ...]) -> None:
            is_step = str(next(iter(arguments), "")).startswith(str(landing.folder))
            if is_step and next(left, None) is None:
                os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        status = 1
        try:
            move()
            status = 0
        finally:
            os._exit(status)
    _, ending = os.waitpid(child, 0)
    assert ending in (0, signal.SIGKILL)
    return ending != 0


def test_a_name_of_the_greatest_length_has_room_for_its_reason(landing: Landing) -> None:
    for name in ("ü" * 125 + ".csv", "x" * 255, "a." + "y" * 253):
        path = landing.folder / name
        path.write_text(name)
        state = FileState.of(path)
        stored = put_away(landing, path, landing.quarantine, name, 10**9, state, {"reason": "x"})
        assert stored.read_text() == name
        assert reason_file(stored).exists()
        assert stored.name[:2] + stored.name[-4:] == name[:2] + name[-4:]
        assert put_back(landing, stored, name, 1).read_text() == name


def test_a_quarantined_file_comes_back_beside_its_namesake(landing: Landing) -> None:
    path = landing.folder / "a.csv"
    path.write_text("mended meanwhile")
    (landing.folder / "b.csv").write_text("quarantined")
    stored = put_away(
        landing, landing.folder / "b.csv", landing.quarantine, "a.csv", 4,
        FileState.of(landing.folder / "b.csv"), {"reason": "x"},
    )  # fmt: skip
    assert put_back(landing, stored, "a.csv", 4).name == "a.4.csv"
    assert everything(landing) == {"a.csv": "mended meanwhile", "a.4.csv": "quarantined"}


def test_a_lent_copy_goes_with_its_process_and_not_before(landing: Landing, tmp_path: Path) -> None:
    original = tmp_path / "elsewhere" / "a.csv"
    original.parent.mkdir()
    original.write_text("mine")
    with lent_copy(landing, original) as copy:
        tidy(landing)
        assert (copy.read_text(), copy.name.startswith(COPY)) == ("mine", True)
    assert not copy.exists()
    copy.write_text("left by a killed process")
    tidy(landing)
    assert (copy.exists(), original.read_text()) == (False, "mine")


def test_a_move_killed_under_its_hidden_name_is_finished(landing: Landing) -> None:
    (landing.folder / ".leaving-0123456789ab-back.csv").write_text("on its way back")
    hidden = landing.folder / ".leaving-0123456789ab-gone.csv"
    hidden.write_text("stored")
    landing.archive.mkdir()
    (landing.archive / "gone.csv").hardlink_to(hidden)
    linked = landing.folder / ".moving-0123456789ab-linked.csv"
    linked.write_text("another's link")
    (landing.folder / ".backup").hardlink_to(linked)
    tidy(landing)
    tidy(landing)
    assert everything(landing) == {
        "back.csv": "on its way back", "archive/gone.csv": "stored",
        "linked.csv": "another's link", ".backup": "another's link",
    }  # fmt: skip
