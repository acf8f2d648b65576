"""The landing folder: which files in it are ready, and where a file goes when it is done.

A file is in exactly one of landing, `archive/` and `quarantine/`: it moves by a link and an unlink
on one file system, and a move that was interrupted between the two is finished by the next.
"""

import fcntl
import json
import os
import signal
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

STILL_WRITING = (".part", ".tmp", ".crdownload")
OWN_NAMES = frozenset({"README.md", "archive", "quarantine", "sources"})


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
        found = [
            LandedFile(entry.name, entry.stat().st_size, entry.stat().st_mtime_ns)
            for entry in self._entries()
            if _is_wanted(entry)
        ]
        yield from sorted(found, key=lambda file: (file.modified_ns, file.name))

    def ignored(self) -> Iterator[tuple[str, str]]:
        """Give the name of each entry that is never taken, with the reason."""
        for entry in self._entries():
            reason = None if _is_passed_over(entry.name) else _reason_to_ignore(entry)
            if reason is not None:
                yield entry.name, reason

    def put_away(
        self, path: Path, destination: Path, name: str, load_id: int,
        reason: Mapping[str, object] | None = None,
    ) -> Path:  # fmt: skip
        """Move a file out of landing under its name; `load_id` tells namesakes apart.

        A `reason` is written beside it first, so that no file lies there unexplained.
        """
        destination.mkdir(parents=True, exist_ok=True)
        stem, dot, suffixes = name.partition(".")
        for candidate in (name, f"{stem}.{load_id}{dot}{suffixes}"):
            target = destination / candidate
            if target.exists() and not target.samefile(path):
                continue
            if reason is not None:
                _write_reason(target, reason)
            if _move_to_new(path, target):
                return target
        message = f"{destination} holds {target.name} already; move it elsewhere."
        raise FileExistsError(message)

    def _entries(self) -> Iterable[os.DirEntry[str]]:
        try:
            with os.scandir(self.folder) as entries:
                return [entry for entry in entries if not entry.name.startswith(".")]
        except FileNotFoundError:
            return []


@dataclass
class SettleWatch:
    """Remembers how long each file has stayed unchanged; lives as long as the sensor's process."""

    settle_seconds: float
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
            # The kernel vouches for a local file, so its own clock can be believed as well.
            unchanged = max(unchanged, time.time() - file.modified_ns / 1e9)
        return not is_open and unchanged >= self.settle_seconds


def _is_wanted(entry: os.DirEntry[str]) -> bool:
    return not _is_passed_over(entry.name) and _reason_to_ignore(entry) is None


def _is_passed_over(name: str) -> bool:
    return name in OWN_NAMES or name.lower().endswith(STILL_WRITING)


def _reason_to_ignore(entry: os.DirEntry[str]) -> str | None:
    if entry.is_symlink():
        return "it is a symbolic link; copy the file itself here"
    if not entry.is_file(follow_symlinks=False):
        kind = "a folder" if entry.is_dir() else "no regular file"
        return f"it is {kind}; put CSV files right into the landing folder"
    if not os.access(entry.path, os.R_OK):
        return "it cannot be read; check its permissions"
    return None


def _write_reason(target: Path, reason: Mapping[str, object]) -> None:
    text = json.dumps(reason, indent=2, ensure_ascii=False, default=str) + "\n"
    draft = target.with_name(f".{target.name}.reason.part")
    draft.write_text(text, encoding="utf-8")
    draft.replace(target.with_name(f"{target.name}.reason.json"))


def _move_to_new(path: Path, target: Path) -> bool:
    """Move without replacing anything; true also if an interrupted move had got halfway."""
    try:
        os.link(path, target)
    except FileExistsError:
        if not target.samefile(path):
            return False
    except OSError:  # a file system without hard links
        if target.exists():
            return False
        path.rename(target)
        return True
    path.unlink()
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
