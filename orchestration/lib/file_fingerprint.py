"""Whether files are still those that a process has read."""

import hashlib
from collections.abc import Iterable
from pathlib import Path


def file_fingerprint(paths: Iterable[Path]) -> str:
    """Give a text that changes when one of the files does, or comes, or goes; reads none."""
    digest = hashlib.sha256()
    for path in sorted(paths):
        status = path.stat()
        digest.update(f"{path}\0{status.st_mtime_ns}\0{status.st_size}\n".encode())
    return digest.hexdigest()
