"""The files that a person gives to `dwellhouse load`: put into landing, and told of in the end."""

import contextlib
import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

import psycopg

from orchestration.commands.ledger_lines import LoadedFile, ledger_lines
from orchestration.lib.foreseen_error import ForeseenError
from orchestration.lib.landing.landing_files import Landing, is_text
from orchestration.lib.landing.lent_copies import lent_copy


class UnusableFileError(ForeseenError):
    """A given file cannot be read or copied; the text says why."""


@dataclass(frozen=True)
class GivenFile:
    """A given file by its path, and by its name in landing, which is hidden where it is a copy.

    One that lies in landing itself is held open, for others may take it from there.
    """

    path: Path
    name: str
    landed_as: str
    held: BufferedReader | None = None

    def sha256(self) -> str:
        """Give the hash of its content; raises OSError."""
        with self.held or self.path.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()


def require_usable(paths: Sequence[Path]) -> None:
    """Raise UnusableFileError if one of the paths is no file, or none that can be named."""
    for path in paths:
        if not path.is_file():
            message = f"{path} is no file."
            raise UnusableFileError(message)
        if not is_text(path.name):
            message = f"{str(path)!a}: its name is not readable as UTF-8; rename it."
            raise UnusableFileError(message)


@contextlib.contextmanager
def landed(landing: Landing, paths: Sequence[Path]) -> Iterator[Sequence[GivenFile]]:
    """Put the files into landing for as long as the block lasts; those that lie there stay.

    Raises UnusableFileError for one that cannot be read or finds no room.
    """
    with contextlib.ExitStack() as stack:
        yield [_landed(landing, path, stack) for path in paths]


def told(
    connection: psycopg.Connection, run_id: str, files: Sequence[GivenFile]
) -> tuple[Sequence[LoadedFile], Sequence[GivenFile]]:
    """Give what became of the files in a run or before it, and those that no load tells of.

    A run has no line for a file that it only had to move, that another run has taken, or that it
    could not read: what is known of such a file is known by its content.
    """
    lines = {line.load_id: line for line in ledger_lines(connection, run_id)}
    in_run = Counter(line.file_name for line in lines.values())
    given = Counter(file.name for file in files)
    untold = []
    for file in files:
        if in_run[file.name] < given[file.name]:
            line = _last_line(connection, file)
            if line is not None and (line.load_id in lines or _is_taken(file, line)):
                lines[line.load_id] = line
            else:
                untold.append(file)
    return list(lines.values()), untold


def _landed(landing: Landing, path: Path, stack: contextlib.ExitStack) -> GivenFile:
    own = path.resolve()
    lies_there = own.parent == landing.folder
    try:
        if lies_there:
            return GivenFile(path, own.name, own.name, stack.enter_context(own.open("rb")))
        return GivenFile(path, path.name, stack.enter_context(lent_copy(landing, path)).name)
    except OSError as error:
        what = "read" if lies_there else f"put into {landing.folder}"
        message = f"{path} could not be {what}: {error.strerror}."
        raise UnusableFileError(message) from error


def _last_line(connection: psycopg.Connection, file: GivenFile) -> LoadedFile | None:
    """Give the last load of a file's content, if it can be read and was ever loaded."""
    with contextlib.suppress(OSError):
        return next(iter(ledger_lines(connection, limit=1, sha256=file.sha256())), None)
    return None


def _is_taken(file: GivenFile, line: LoadedFile) -> bool:
    """Tell whether the last load of a file's content has done with the file too."""
    return line.is_in_warehouse or not file.path.exists()
