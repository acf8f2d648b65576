"""The landing folder is looked into again and again, whatever happens there."""

import os
import time
from pathlib import Path

from orchestration.lib.landing.landing_events import LIST_SECONDS, looks

GENEROUS_SECONDS = 5.0


def test_nothing_that_happens_ends_the_looks(tmp_path: Path) -> None:
    looking = looks(tmp_path)
    next(looking)
    for number in range(3):
        (Path(os.fsdecode(bytes(tmp_path) + b"/\xff\xfe%d.csv" % number))).touch()
        for _ in range(3):
            next(looking)
    (tmp_path / "good.csv").touch()
    next(looking)


def test_a_folder_that_is_not_there_is_waited_for(tmp_path: Path) -> None:
    folder = tmp_path / "landing"
    looking = looks(folder)
    next(looking)
    folder.mkdir()
    next(looking)
    (folder / "a.csv").touch()
    began = time.monotonic()
    next(looking)
    assert time.monotonic() - began < LIST_SECONDS + GENEROUS_SECONDS
