"""The landing folder: which files in it are ready to be loaded, and why others are not."""

import fcntl
import os
import signal
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from orchestration.lib.chosen_folder import LANDING, looked_into

STILL_WRITING = (".part", ".tmp", ".crdownload")
OWN_NAMES = frozenset({"README.md", "archive", "quarantine", "sources"})
REASON = ".reason.json"


@dataclass(frozen=True)
class LandedFile:
    """A file in the landing folder, as it was when it was listed."""

    name: str
    bytes: int
    modified_ns: int


@dataclass(frozen=True)
class Landing:
    """The landing folder with its archive and quarantine."""

    folder: Path

    @property
    def archive(self) -> Path:
        """Where files go whose rows are in the warehouse."""
        return self.folder / "archive"

    @property
    def quarantine(self) -> Path:
        """Where files go that were not taken, each with its reason beside it."""
        return self.folder / "quarantine"

    def files(self) -> Iterator[LandedFile]:
        """Give the regular files that someone has put here to be loaded, oldest first."""
        found = (_landed(entry) for entry in self._entries() if _is_wanted(entry))
        listed = [file for file in found if file is not None]
        yield from sorted(listed, key=lambda file: (file.modified_ns, file.name))

    def ignored(self) -> Iterator[tuple[str, str]]:
        """Give the name of each entry that is never taken, with the reason."""
        for entry in self._entries():
            reason = None if _is_passed_over(entry.name) else _reason_to_ignore(entry)
            if reason is not None and not _is_gone(entry):
                yield entry.name, reason

    def blocked(self) -> Iterator[tuple[str, str]]:
        """Give the name of each folder that no file can be moved to, with the reason."""
        for folder in (self.archive, self.quarantine):
            if not folder.is_dir():
                if os.path.lexists(folder):  # else it is made when it is needed
                    yield folder.name, "it is no folder; move it away"
            elif not os.access(folder, os.W_OK | os.X_OK):
                yield folder.name, "it cannot be written to; check its permissions"

    def _entries(self) -> Iterable[os.DirEntry[str]]:
        try:
            with looked_into(self.folder, LANDING), os.scandir(self.folder) as entries:
                return [entry for entry in entries if not entry.name.startswith(".")]
        except FileNotFoundError:
            return []


@dataclass
class SettleWatch:
    """Remembers how long each file has stayed unchanged; lives as long as the sensor's process."""

    settle_seconds: float
    closed_settle_seconds: float
    _since: dict[LandedFile, float] = field(default_factory=dict)

    def settled(self, files: Iterable[LandedFile], folder: Path) -> list[LandedFile]:
        """Give the files that have not changed for the settle time and that nobody writes."""
        now = time.monotonic()
        self._since = {file: self._since.get(file, now) for file in files}
        return [file for file in self._since if self._is_settled(file, folder / file.name, now)]

    def _is_settled(self, file: LandedFile, path: Path, now: float) -> bool:
        is_open = _is_open_for_writing(path)
        unchanged = now - self._since[file]
        if is_open is False:
            # The kernel vouches for a local file, so its own clock can be believed as well. Whoever
            # has closed a file is done with it, but for one who opens it again and again to append.
            unchanged = max(unchanged, time.time() - file.modified_ns / 1e9)
            return unchanged >= self.closed_settle_seconds
        return not is_open and unchanged >= self.settle_seconds


def _landed(entry: os.DirEntry[str]) -> LandedFile | None:
    """Give a file as it is now; None if a run has moved it away since the folder was listed."""
    try:
        found = entry.stat()
    except FileNotFoundError:
        return None
    return LandedFile(entry.name, found.st_size, found.st_mtime_ns)


def _is_gone(entry: os.DirEntry[str]) -> bool:
    """Tell whether it has been moved away: what cannot be found cannot be read either."""
    try:
        os.lstat(entry.path)
    except OSError as error:
        return isinstance(error, FileNotFoundError)
    return False


def _is_wanted(entry: os.DirEntry[str]) -> bool:
    return not _is_passed_over(entry.name) and _reason_to_ignore(entry) is None


def _is_passed_over(name: str) -> bool:
    return name in OWN_NAMES or name.lower().endswith(STILL_WRITING)


def _reason_to_ignore(entry: os.DirEntry[str]) -> str | None:
    if not is_text(entry.name):
        return "its name is not readable as UTF-8; rename it"
    if entry.name.endswith(REASON):
        return "it says why another file is in quarantine; delete it when that file is mended"
    if entry.is_symlink():
        return "it is a symbolic link; copy the file itself here"
    if not entry.is_file(follow_symlinks=False):
        kind = "a folder" if entry.is_dir() else "no regular file"
        return f"it is {kind}; put CSV files right into the landing folder"
    if not os.access(entry.path, os.R_OK):
        return "it cannot be read; check its permissions"
    return None


def is_text(name: str) -> bool:
    """Tell whether a name is UTF-8; what is not comes from the system as lone surrogates."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _is_open_for_writing(path: Path) -> bool | None:
    """Ask the kernel for a read lease, which it refuses while anyone has the file open to write.

    None where leases do not work: network drives, files of another user, other systems than Linux.
    """
    if not hasattr(fcntl, "F_SETLEASE"):
        return None
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        # Were the lease broken at once, the usual signal for it would end this process.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:
        return None
    finally:
        os.close(descriptor)
    return False
