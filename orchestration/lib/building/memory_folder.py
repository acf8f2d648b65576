"""Folders in memory, for what is written at each build and hardly ever read.

Each belongs to a folder on disk. Nobody removes it when that one is deleted, so starts look around.
"""

import contextlib
import hashlib
import os
import shutil
import stat
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - the folders below it are this user's own
OWNER = ".owner"


def path_in_memory(owner: Path) -> Path:
    """Give the path of the folder of `owner`, which is that one itself where memory has none."""
    name = hashlib.sha256(str(owner.resolve()).encode()).hexdigest()[:16]
    folder = MEMORY / f"{_prefix()}{name}"
    return folder if _is_own(folder) else owner


def keep_in_memory(owner: Path) -> Path:
    """Make the folder that belongs to `owner`, to be kept for as long as that one is there."""
    folder = path_in_memory(owner)
    if folder != owner:
        folder.mkdir(mode=0o700, exist_ok=True)
        if not _is_own(folder):  # somebody else was quicker
            return owner
        # Another start may have looked around between the two; dbt then makes the folder again.
        with contextlib.suppress(FileExistsError, FileNotFoundError):
            (folder / OWNER).symlink_to(owner.resolve())
    return folder


def forget_ownerless() -> None:
    """Remove the folders of this user whose owner is gone."""
    for folder in MEMORY.glob(f"{_prefix()}*"):
        if not (folder / OWNER).exists():
            shutil.rmtree(folder, ignore_errors=True)


def _is_own(folder: Path) -> bool:
    """Tell whether a folder is this user's, or can be made: memory is shared with other users."""
    try:
        found = folder.lstat()
    except FileNotFoundError:
        return os.access(MEMORY, os.W_OK)
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid()


def _prefix() -> str:
    return f"dwellhouse-{os.geteuid()}-"
