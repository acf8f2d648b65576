"""How files leave landing and come back: nothing is lost, doubled or replaced, killed at any point.

A file moves by a link and an unlink on one file system, and a move that was interrupted between the
two is finished by the next. Between them it bears a hidden name, under which it is compared with
what was loaded: whoever puts another file in its place at that moment keeps his file.
"""

import errno
import fcntl
import json
import os
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from orchestration.lib.fault_points import reached
from orchestration.lib.file_state import FileChangedError, FileGoneError, FileState
from orchestration.lib.landing_files import REASON, Landing

COPY = ".load-"
LEAVING = ".leaving-"
LONGEST_NAME_BYTES = 255 - len(f"..{REASON}.part")
NAMESAKES = 100


def put_away(
    landing: Landing, path: Path, destination: Path, name: str, load_id: int, state: FileState,
    reason: Mapping[str, object] | None = None,
) -> Path:  # fmt: skip
    """Move a file out of landing under its name; `load_id` tells namesakes apart.

    A `reason` is written beside it, so that no file lies there unexplained. Raises FileChangedError
    if another file, or one with other content, lies at `path` by now.
    """
    destination.mkdir(parents=True, exist_ok=True)
    for target in stored_names(destination, name, load_id):
        if _placed(path, target, state):
            reached("moving", name)
            if reason is not None:
                _write_reason(target, reason)
            _remove(landing, path, target)
            return target
    raise FileExistsError(errno.EEXIST, "All names that it could have are taken", str(path))


def put_back(landing: Landing, stored: Path, name: str, load_id: int) -> Path:
    """Move a file from quarantine into landing again; its reason goes."""
    hidden = _hidden(landing, name)
    stored.rename(hidden)
    reason_file(stored).unlink(missing_ok=True)
    return _shown(landing, hidden, name, load_id)


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


def tidy(landing: Landing) -> None:
    """Finish what killed processes have left in landing under hidden names."""
    if not landing.folder.exists():
        return
    with os.scandir(landing.folder) as entries:
        hidden = [Path(entry.path) for entry in entries if entry.name.startswith((COPY, LEAVING))]
    for path in hidden:
        with suppress(FileNotFoundError, BlockingIOError):
            _remove_abandoned(path) if path.name.startswith(COPY) else _finish(landing, path)


def stored_names(folder: Path, name: str, load_id: int) -> Iterator[Path]:
    """Give the places in `folder` that a file of this name may take, the first free one of them."""
    name = _shortened(name, LONGEST_NAME_BYTES - len(f".{load_id}-{NAMESAKES}"))
    stem, dot, suffixes = name.partition(".")
    yield folder / name
    yield folder / f"{stem}.{load_id}{dot}{suffixes}"
    for number in range(2, NAMESAKES):
        yield folder / f"{stem}.{load_id}-{number}{dot}{suffixes}"


def reason_file(stored: Path) -> Path:
    """Give where the reason of a quarantined file lies."""
    return stored.with_name(stored.name + REASON)


def _placed(path: Path, target: Path, state: FileState) -> bool:
    """Let the file lie at `target` too; false if that is taken by another file."""
    try:
        os.link(path, target, follow_symlinks=False)
    except FileExistsError:
        return path.exists() and target.samefile(path)
    except FileNotFoundError as error:
        raise FileGoneError(path.name) from error
    except OSError as error:
        return _placed_without_links(path, target, error)
    if FileState.of(target) != state:
        target.unlink()
        raise FileChangedError(path.name)
    return True


def _placed_without_links(path: Path, target: Path, error: OSError) -> bool:
    """Move in one step, or by way of a copy where the folders are on two disks."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO):
        raise error
    if target.exists():
        return False
    if error.errno == errno.EXDEV:
        draft = target.with_name(f".{target.name}.part")
        shutil.copy2(path, draft)
        draft.rename(target)
        path.unlink()
    else:
        path.rename(target)
    return True


def _remove(landing: Landing, path: Path, target: Path) -> None:
    """Remove `path` if it is still the file that lies at `target`; any other stays."""
    hidden = _hidden(landing, path.name)
    with suppress(FileNotFoundError):  # moved without a link, or removed by another process
        path.rename(hidden)
        if hidden.samefile(target):
            hidden.unlink()
        else:
            _shown(landing, hidden, path.name, 0)


def _finish(landing: Landing, hidden: Path) -> None:
    if hidden.stat().st_nlink > 1:  # it lies where it belongs as well
        hidden.unlink()
    else:
        _shown(landing, hidden, hidden.name.removeprefix(LEAVING).partition("-")[2], 0)


def _shown(landing: Landing, hidden: Path, name: str, load_id: int) -> Path:
    """Give a hidden file of landing its visible name again."""
    for target in stored_names(landing.folder, name, load_id):
        if _placed(hidden, target, FileState.of(hidden)):
            hidden.unlink(missing_ok=True)
            return target
    raise FileExistsError(errno.EEXIST, "All names that it could have are taken", name)


def _locked(copy: Path) -> IO[bytes]:
    """Create a file and lock it; again, where it is taken for abandoned in between."""
    while True:
        lock = copy.open("xb")
        fcntl.flock(lock, fcntl.LOCK_EX)
        if copy.exists():
            return lock
        lock.close()


def _remove_abandoned(copy: Path) -> None:
    """Remove a copy whose process has ended: the kernel has freed its lock."""
    with copy.open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        copy.unlink()


def _hidden(landing: Landing, name: str) -> Path:
    prefix = f"{LEAVING}{uuid.uuid4().hex[:12]}-"
    return landing.folder / (prefix + _shortened(name, LONGEST_NAME_BYTES - len(prefix)))


def _shortened(name: str, most_bytes: int) -> str:
    """Leave out the middle of a name that is too long for what is added to it."""
    if len(name.encode()) <= most_bytes:
        return name
    end = name[-16:]
    start = name[:-16].encode()[: most_bytes - len(end.encode())]
    return start.decode(errors="ignore") + end


def _write_reason(target: Path, reason: Mapping[str, object]) -> None:
    text = json.dumps(reason, indent=2, ensure_ascii=False, default=str) + "\n"
    draft = target.with_name(f".{target.name}{REASON}.part")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(reason_file(target))
    finally:
        draft.unlink(missing_ok=True)
