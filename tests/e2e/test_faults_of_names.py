"""Files of any name and kind: a readable file is loaded, anything else stays and is explained."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from orchestration.lib.landing.landing_files import Landing, SettleWatch
from tests.e2e.loading_place import LoadingPlace
from tests.event_files import HEADER, good_rows

pytestmark = pytest.mark.xdist_group("loading")
NOBODY = 65534
NAMES = {
    "spaces": " a  b .csv",
    "a line break": "a\nb.csv",
    "quotes": "a'b\"c`d.csv",
    "a leading dash": "-rf.csv",
    "a path": "%2e%2e%2fa\\..\\..\\b.csv",
    "dots": "a..csv.csv",
    "SQL": "'; drop table raw.loads; --.csv",
    "a format": "%s{}$1\\n.csv",
    "umlauts": "größe 😀.csv",
    "the greatest length": "x" * 251 + ".csv",
    "no suffix": "export",
    "a star": "*?[a].csv",
}


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_file_of_any_name_is_loaded_and_its_namesake_told_apart(
    place: LoadingPlace, name: str
) -> None:
    assert [file.name for file in place.landing.files()] == []
    for number in (1, 2):
        place.drop(name, HEADER + good_rows(number))
        assert [file.name for file in place.landing.files()] == [name]
        outcome = place.load(name)
        assert outcome is not None
        assert (outcome.status, outcome.file_name) == ("loaded", name)
        place.oracle.check()


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_bad_file_of_any_name_is_quarantined_with_its_reason(
    place: LoadingPlace, name: str
) -> None:
    outcome = place.loaded(name, "x")
    assert outcome.stored_as is not None
    stored = place.landing.folder / outcome.stored_as
    told = json.loads(stored.with_name(f"{stored.name}.reason.json").read_text("utf-8"))
    assert (told["file_name"], told["reason_code"]) == (name, "missing_columns")


def link(path: Path) -> None:
    target = path.with_name("elsewhere.part")
    target.write_text(HEADER + good_rows(3))
    path.symlink_to(target)


@pytest.mark.parametrize("make", [link, os.mkfifo, Path.mkdir], ids=["link", "pipe", "folder"])
def test_what_is_no_file_is_never_read(place: LoadingPlace, make: Callable[[Path], None]) -> None:
    """Not even if it is asked for: it has come in the place of a file that was."""
    make(place.landing.folder / "x.csv")
    assert list(place.landing.files()) == []
    assert [name for name, _ in place.landing.ignored()] == ["x.csv"]
    with pytest.raises((OSError, RuntimeError)):
        place.load("x.csv")
    assert (place.landing.folder / "x.csv").is_symlink() or (
        place.landing.folder / "x.csv"
    ).exists()
    assert place.ask("select count(*) from raw.loads") == [(0,)]


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A landing folder that an ordinary user may work in, beside pytest's own, which he may not."""
    folder = Path(tempfile.mkdtemp(prefix="dwellhouse-landing-"))
    os.chown(folder, NOBODY, NOBODY)
    yield folder
    shutil.rmtree(folder)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become an ordinary user")
def test_an_ordinary_user_passes_over_what_he_may_not_read(
    place: LoadingPlace, open_folder: Path
) -> None:
    """And takes the files of others, though the kernel does not tell him whether they are open."""
    theirs = LoadingPlace(Landing(open_folder), place.warehouse)
    theirs.drop("closed.csv", HEADER + good_rows(2)).chmod(0)
    theirs.drop("open.csv", HEADER + good_rows(3)).chmod(0o644)

    def as_ordinary_user() -> object:
        listed = list(theirs.landing.files())
        watch = SettleWatch(settle_seconds=0, closed_settle_seconds=0)
        ready = [file.name for file in watch.settled(listed, open_folder)]
        try:
            theirs.load("closed.csv")
        except PermissionError as error:
            refused = str(error)
        outcome = theirs.load("open.csv")
        return [ready, dict(theirs.landing.ignored()), refused, outcome and outcome.status]

    ready, ignored, refused, status = answer_as(NOBODY, as_ordinary_user)
    assert ready == ["open.csv"]
    assert ignored == {"closed.csv": "it cannot be read; check its permissions"}
    assert "Permission denied" in refused
    assert status == "loaded"
    theirs.oracle.check()
    (open_folder / "closed.csv").chmod(0o644)
    assert theirs.load("closed.csv") is not None
    theirs.oracle.check()


def answer_as(user: int, ask: Callable[[], object]) -> list[Any]:
    """Ask in a child that has become another user; gives the answer as JSON does."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setresgid(user, user, user)
            os.setresuid(user, user, user)
            answer = ask()
        except BaseException as error:
            answer = [repr(error)]
        os.write(writing, json.dumps(answer).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        answer = json.load(pipe)
    os.waitpid(child, 0)
    assert len(answer) == 4, answer
    return list(answer)
