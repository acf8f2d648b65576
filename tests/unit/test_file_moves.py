"""A file on its way out of landing, or back, is never lost and never replaces another."""

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.lib import file_moves
from orchestration.lib.file_moves import COPY, lent_copy, put_away, put_back, reason_file, tidy
from orchestration.lib.file_state import FileChangedError, FileState
from orchestration.lib.landing_files import Landing


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
        for path in landing.folder.rglob("*")
        if path.is_file()
    }


def rewritten(path: Path) -> None:
    path.write_text("other content")


def replaced(path: Path) -> None:
    path.with_name(".new").write_text("other content")
    path.with_name(".new").replace(path)


@pytest.mark.parametrize("change", [rewritten, replaced])
def test_what_has_changed_since_it_was_loaded_stays(
    landing: Landing, change: Callable[[Path], None]
) -> None:
    path = landing.folder / "a.csv"
    path.write_text("loaded")
    state = FileState.of(path)
    change(path)
    with pytest.raises(FileChangedError, match="is tried again"):
        put_away(landing, path, landing.archive, "a.csv", 1, state)
    assert everything(landing) == {"a.csv": "other content"}


def test_a_file_put_in_its_place_at_the_last_moment_stays(
    landing: Landing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the link and before the unlink."""
    path = landing.folder / "a.csv"
    path.write_text("loaded")
    monkeypatch.setattr(file_moves, "reached", lambda *_: replaced(path))
    put_away(landing, path, landing.archive, "a.csv", 1, FileState.of(path))
    assert everything(landing) == {"a.csv": "other content", "archive/a.csv": "loaded"}


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


@pytest.mark.parametrize("number", [errno.EPERM, errno.EXDEV])
def test_a_disk_without_links_and_an_archive_on_another_disk_will_do(
    landing: Landing, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def no_link(*_: object, **__: object) -> None:
        raise OSError(number, "not here")

    monkeypatch.setattr(os, "link", no_link)
    assert [put(landing, "1", 1).name, put(landing, "2", 2).name] == ["a.csv", "a.2.csv"]
    assert everything(landing) == {"archive/a.csv": "1", "archive/a.2.csv": "2"}


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
    tidy(landing)
    tidy(landing)
    assert everything(landing) == {"back.csv": "on its way back", "archive/gone.csv": "stored"}
