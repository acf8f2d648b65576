"""How files leave landing and come back: nothing is lost, doubled or replaced, killed at any point.

A file moves by a link and an unlink on one file system, and a move that was interrupted between the
two is finished by the next. Between them it bears a hidden name, under which it is compared with
what was loaded: whoever puts another file in its place at that moment keeps his file. On the way to
another disk, a copy stands for the link. Where no link can be made, as of files of other users, the
file is explained and moved from under its hidden name: it is never in two places.
"""

import errno
import filecmp
import json
import os
import shutil
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from orchestration.lib.fault_points import reached
from orchestration.lib.landing.file_state import FileChangedError, FileGoneError, FileState
from orchestration.lib.landing.landing_files import REASON, Landing
from orchestration.lib.landing.lent_copies import COPY, lent_copy, remove_abandoned

LEAVING = ".leaving-"
# As LEAVING, but it lies nowhere else yet: other links to it are somebody's own.
MOVING = ".moving-"
HIDDEN = (COPY, LEAVING, MOVING)
LONGEST_NAME_BYTES = 255 - len(f"..{REASON}.part")
NAMESAKES = 100
# With these a disk fails; with any other it says that it makes no link.
FAILURES = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO)


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
        if _moved(landing, path, target, state, reason):
            return target
    raise FileExistsError(errno.EEXIST, "All names that it could have are taken", str(path))


def put_back(landing: Landing, stored: Path, name: str, load_id: int) -> Path:
    """Move a file from quarantine into landing again; its reason goes."""
    hidden = _hidden(landing, name, MOVING)
    try:
        stored.rename(hidden)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        with lent_copy(landing, stored) as copy:  # until it is whole, it goes with the process
            _write_through(copy)
            copy.rename(hidden)
        stored.unlink()
    reason_file(stored).unlink(missing_ok=True)
    try:
        return _shown(landing, hidden, name, load_id)
    except FileNotFoundError:  # whoever tidied landing has shown it first
        return landing.folder / name


def tidy(landing: Landing) -> None:
    """Finish what killed processes have left in landing under hidden names.

    Raises the first OSError once all is in order that can be.
    """
    if not landing.folder.exists():
        return
    with os.scandir(landing.folder) as entries:
        hidden = [Path(entry.path) for entry in entries if entry.name.startswith(HIDDEN)]
    failures = []
    for path in hidden:
        try:
            remove_abandoned(path) if path.name.startswith(COPY) else _finish(landing, path)
        except (FileNotFoundError, BlockingIOError):
            continue
        except OSError as error:
            failures.append(error)
    if failures:
        raise failures[0]


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


def _moved(
    landing: Landing, path: Path, target: Path, state: FileState,
    reason: Mapping[str, object] | None,
) -> bool:  # fmt: skip
    """Move a file with its reason; false if `target` is taken by another file."""
    try:
        lies_there = _linked(path, target, state)
    except FileNotFoundError as error:
        raise FileGoneError(path.name) from error
    except OSError as error:
        if error.errno in FAILURES:
            raise
        if error.errno != errno.EXDEV:
            return _renamed(landing, path, target, state, reason)
        lies_there = _copied(path, target, state)
    if lies_there:
        _write_through(target)
        reached("moving", path.name)
        _explain(target, reason)
        with suppress(FileChangedError), _hidden_while(landing, path, state, LEAVING) as hidden:
            hidden.unlink()
    return lies_there


def _linked(path: Path, target: Path, state: FileState) -> bool:
    """Let the file lie at `target` too; false if that is taken by another file."""
    try:
        os.link(path, target, follow_symlinks=False)
    except FileExistsError:
        return path.exists() and _is_left_at(target, path)
    if FileState.of(target) != state:
        target.unlink()
        raise FileChangedError(path.name)
    return True


def _is_left_at(target: Path, path: Path) -> bool:
    """Tell whether an interrupted move has left the file here too; its copy has even its time."""
    there, here = target.stat(), path.stat()
    if there.st_dev == here.st_dev:
        return there.st_ino == here.st_ino
    return there.st_mtime_ns == here.st_mtime_ns and filecmp.cmp(path, target, shallow=False)


def _copied(path: Path, target: Path, state: FileState) -> bool:
    """Let a copy lie at `target`; false if that is taken by another file."""
    if target.exists():
        return False
    draft = target.with_name(f".{target.name}.part")
    try:
        shutil.copy2(path, draft)
        _write_through(draft)
        if FileState.of(path) != state:
            raise FileChangedError(path.name)
        draft.rename(target)
    finally:
        draft.unlink(missing_ok=True)
    return True


def _write_through(path: Path) -> None:
    """Have a file on its disk, as whoever wrote it may not have waited for that: it is ours now."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def _renamed(
    landing: Landing, path: Path, target: Path, state: FileState,
    reason: Mapping[str, object] | None,
) -> bool:  # fmt: skip
    """Move a file that no link can be made of; false if `target` is taken."""
    if target.exists():
        return False
    with _hidden_while(landing, path, state, MOVING) as hidden:
        _write_through(hidden)
        reached("moving", path.name)
        _explain(target, reason)
        hidden.rename(target)
    return True


@contextmanager
def _hidden_while(landing: Landing, path: Path, state: FileState, prefix: str) -> Iterator[Path]:
    """Hide the file that was loaded, to be moved or removed; whatever is left then is shown again.

    Raises FileChangedError if it is another one by now, or if another process has shown it again.
    """
    hidden = _hidden(landing, path.name, prefix)
    try:
        path.rename(hidden)
    except FileNotFoundError as error:
        raise FileGoneError(path.name) from error
    try:
        if FileState.of(hidden) != state:
            raise FileChangedError(path.name)
        yield hidden
    except FileNotFoundError as error:
        raise FileChangedError(path.name) from error
    finally:
        with suppress(FileNotFoundError):
            _shown(landing, hidden, path.name, 0)


def _finish(landing: Landing, hidden: Path) -> None:
    # With another link, what is leaving lies where it belongs as well.
    if hidden.name.startswith(LEAVING) and hidden.stat().st_nlink > 1:
        hidden.unlink()
    else:
        _shown(landing, hidden, hidden.name.split("-", 2)[2], 0)


def _shown(landing: Landing, hidden: Path, name: str, load_id: int) -> Path:
    """Give a hidden file of landing its visible name again."""
    for target in stored_names(landing.folder, name, load_id):
        if _is_shown_as(target, hidden):
            return target
    raise FileExistsError(errno.EEXIST, "All names that it could have are taken", name)


def _is_shown_as(target: Path, hidden: Path) -> bool:
    state = FileState.of(hidden)
    try:
        lies_there = _linked(hidden, target, state)
    except OSError:
        if target.exists():
            return False
        hidden.rename(target)
        return True
    if lies_there:
        hidden.unlink(missing_ok=True)
    return lies_there


def _hidden(landing: Landing, name: str, prefix: str) -> Path:
    prefix = f"{prefix}{uuid.uuid4().hex[:12]}-"
    return landing.folder / (prefix + _shortened(name, LONGEST_NAME_BYTES - len(prefix)))


def _shortened(name: str, most_bytes: int) -> str:
    """Leave out the middle of a name that is too long for what is added to it."""
    if len(name.encode()) <= most_bytes:
        return name
    end = name[-16:]
    start = name[:-16].encode()[: most_bytes - len(end.encode())]
    return start.decode(errors="ignore") + end


def _explain(target: Path, reason: Mapping[str, object] | None) -> None:
    """Write the reason beside the place of a file, if it has one."""
    if reason is None:
        return
    text = json.dumps(reason, indent=2, ensure_ascii=False, default=str) + "\n"
    draft = target.with_name(f".{target.name}{REASON}.part")
    try:
        draft.write_text(text, encoding="utf-8")
        draft.replace(reason_file(target))
    finally:
        draft.unlink(missing_ok=True)
