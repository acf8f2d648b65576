"""Whether a file is still the one that was looked at; the hash by which its content is known."""

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path


class FileChangedError(RuntimeError):
    """The file changed while it was loaded; it stays in landing and is tried again."""

    outcome = "changed while it was loaded; it is tried again."

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} {self.outcome}")


class FileGoneError(FileChangedError):
    """Someone has taken the file out of landing while it was loaded; no row of it is kept."""

    outcome = "was removed from landing while it was loaded; drop it again to load it."


@dataclass(frozen=True)
class FileState:
    """What tells a file on disk from another one in its place, or from itself after a change."""

    device: int
    inode: int
    bytes: int
    modified_ns: int

    @classmethod
    def of(cls, path: Path) -> "FileState":
        """Look at a file; a link is not followed."""
        return cls._of(path.lstat())

    @classmethod
    def _of(cls, found: os.stat_result) -> "FileState":
        return cls(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns)

    @classmethod
    def hashed(cls, path: Path) -> tuple["FileState", str]:
        """Give a file's state and the SHA-256 of its content.

        Raises FileChangedError if it changes meanwhile or is no regular file.
        """
        # Without blocking: a pipe that has been put in the file's place would never answer.
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            before = os.fstat(descriptor)
            if not stat.S_ISREG(before.st_mode):
                raise FileChangedError(path.name)
            sha256 = hashlib.file_digest(file, "sha256").hexdigest()
            if cls._of(os.fstat(descriptor)) != cls._of(before):
                raise FileChangedError(path.name)
        return cls._of(before), sha256
