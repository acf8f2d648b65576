"""The folders that settings name: made, tried, and told of in a sentence if they are unusable."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from orchestration.lib.foreseen_error import ForeseenError

HOME = "DWELLHOUSE_HOME"
LANDING = "DWELLHOUSE_LANDING"


class FolderError(ForeseenError):
    """A folder that a setting names cannot be used; the text says why and what to do."""


@contextmanager
def usable(folder: Path, setting: str) -> Iterator[None]:
    """Tell whatever the system has against the use of a folder as a FolderError."""
    try:
        yield
    except OSError as error:
        raise _folder_error(error, folder, setting) from error


@contextmanager
def looked_into(folder: Path, setting: str) -> Iterator[None]:
    """Tell only that the folder is none, or closed to us: it may lack what is looked for."""
    try:
        yield
    except (NotADirectoryError, PermissionError) as error:
        raise _folder_error(error, folder, setting) from error


def _folder_error(error: OSError, folder: Path, setting: str) -> FolderError:
    place = "" if error.filename in (None, str(folder)) else f" ({error.filename})"
    return FolderError(
        f"{setting} = {str(folder)!r} cannot be used: {error.strerror or error}{place}. "
        "Set it to a folder that you can write to, or mend this one."
    )


def make_writable(folder: Path, setting: str) -> None:
    """Make a folder if it is not there, and try to write to it; raises FolderError."""
    with usable(folder, setting):
        folder.mkdir(parents=True, exist_ok=True)
        try_to_write(folder)


def try_to_write(folder: Path) -> None:
    """Write something into a folder and remove it; permissions tell less than that."""
    with TemporaryDirectory(dir=folder, prefix=".tried-"):
        pass


def nearest_existing(folder: Path) -> Path:
    """Give the folder, or the one above it in which it would have to be made."""
    return next(path for path in (folder, *folder.parents) if os.access(path, os.F_OK))
