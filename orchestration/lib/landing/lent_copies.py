"""Copies in landing under hidden names that end with their process, whichever way that ends."""

import fcntl
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from orchestration.lib.landing.landing_files import Landing

COPY = ".load-"


@contextmanager
def lent_copy(landing: Landing, path: Path) -> Iterator[Path]:
    """Copy a file into landing under a hidden name that ends with the block or with the process."""
    copy = landing.folder / f"{COPY}{uuid.uuid4().hex}"
    with _locked(copy):
        try:
            shutil.copyfile(path, copy)
            yield copy
        finally:
            copy.unlink(missing_ok=True)


def remove_abandoned(copy: Path) -> None:
    """Remove a copy whose process has ended; raises BlockingIOError while it has its lock."""
    with copy.open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        copy.unlink()


def _locked(copy: Path) -> IO[bytes]:
    """Create a file and lock it; again, where it is taken for abandoned in between."""
    while True:
        lock = copy.open("xb")
        fcntl.flock(lock, fcntl.LOCK_EX)
        if copy.exists():
            return lock
        lock.close()
