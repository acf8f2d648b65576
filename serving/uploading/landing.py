"""Puts uploads into the landing folder: whole or not at all, and never over another file."""

import errno
import fcntl
import hashlib
import os
import re
import unicodedata
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType

from anyio.to_thread import run_sync

from serving.errors import ProblemError, echo, invalid

SANE_NAME = re.compile(r"[^\W_][\w .,()+@=-]*\.csv(\.gz)?", re.IGNORECASE)
LONGEST_NAME_BYTES = 200
# Whoever watches the folder passes over names that start with a dot or end so.
UNFINISHED = ".upload-{}.part"
CHUNK_BYTES = 1024 * 1024


def checked_name(name: str) -> str:
    """Give the name in one spelling of its letters; raises the 422 for one that is no good."""
    name = unicodedata.normalize("NFC", name)
    if not SANE_NAME.fullmatch(name):
        detail = (
            f"{echo(name)} cannot be the name of a file here: it must end in .csv or .csv.gz, "
            "begin with a letter or digit, and hold letters, digits, spaces and .,()+@=-_ only."
        )
        raise invalid("name", detail)
    size = len(name.encode())
    if size > LONGEST_NAME_BYTES:
        detail = f"{echo(name)} has {size} bytes; a name has {LONGEST_NAME_BYTES} at most."
        raise invalid("name", detail)
    return name


class PartFile:
    """A file that is coming in; it vanishes unless it is placed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._path = folder / UNFINISHED.format(uuid.uuid4().hex)
        self._hash = hashlib.sha256()
        self._pieces: list[bytes] = []
        self._waiting = 0
        self.size = 0

    async def __aenter__(self) -> "PartFile":
        with _failures_as_problems():
            self._file = self._path.open("xb", buffering=0)
            # Held until it is closed, even by a kill: nobody tidies away what is still coming in.
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:  # fmt: skip
        self._path.unlink(missing_ok=True)
        self._file.close()

    @property
    def sha256(self) -> str:
        """The hash of what has been written."""
        return self._hash.hexdigest()

    async def write(self, piece: bytes) -> None:
        """Take what comes next."""
        self._pieces.append(piece)
        self.size += len(piece)
        self._waiting += len(piece)
        if self._waiting >= CHUNK_BYTES:
            await self.flush()

    async def flush(self) -> None:
        """Write what waits in memory."""
        data, self._pieces, self._waiting = b"".join(self._pieces), [], 0
        await run_sync(self._write, data)

    async def place(self, name: str) -> str:
        """Give the file its name, once it is safe on disk; gives another if that one is taken."""
        return await run_sync(self._place, name)

    def _write(self, data: bytes) -> None:
        with _failures_as_problems():
            self._hash.update(data)
            view = memoryview(data)
            while view:
                view = view[self._file.write(view) :]

    def _place(self, name: str) -> str:
        with _failures_as_problems():
            os.fsync(self._file.fileno())
            stem, dot, suffixes = name.partition(".")
            for candidate in (name, f"{stem}-{self.sha256[:12]}{dot}{suffixes}"):
                with suppress(FileExistsError):
                    _move_to_new(self._path, self._folder / candidate)
                    _sync_folder(self._folder)
                    return candidate
        raise name_taken(name)


def name_taken(name: str) -> ProblemError:
    """Give the 409 for a file that lies in the folder under both names that it could have."""
    return ProblemError(409, f"{name} lies in the landing folder already; it is being loaded.")


def disk_full() -> ProblemError:
    """Give the 507 for a file that there is no room for."""
    return ProblemError(507, "The disk of the landing folder is full.")


def remove_abandoned(folder: Path) -> None:
    """Remove what killed processes have left half written."""
    for path in folder.glob(UNFINISHED.format("*")):
        with suppress(OSError), path.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()


def _move_to_new(path: Path, target: Path) -> None:
    """Move without replacing anything; raises FileExistsError."""
    try:
        os.link(path, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        if target.exists():
            raise FileExistsError(target) from None
        path.rename(target)
    else:
        path.unlink()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _failures_as_problems() -> Iterator[None]:
    try:
        yield
    except FileExistsError:
        raise
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise disk_full() from error
        detail = "The landing folder cannot be written to; see `dwellhouse doctor`."
        raise ProblemError(503, detail) from error
