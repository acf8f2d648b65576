"""Whether the parsed dbt project is still the one on disk; imports no dbt."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestration.lib.file_fingerprint import file_fingerprint

MARKER = "manifest.fingerprint"
SUFFIXES = (".sql", ".yml", ".csv", ".md")


def project_files(folder: Path) -> Iterator[Path]:
    """Give the files of the dbt project that dbt reads, in a fixed order."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in SUFFIXES and not _is_output(path.relative_to(folder)):
            yield path


def fingerprint(folder: Path) -> str:
    """Give a text that changes when a file of the dbt project is changed, added or removed."""
    return file_fingerprint(project_files(folder))


def is_parsed(target_path: Path, current: str) -> bool:
    """Tell whether the manifest in `target_path` is of the project with this fingerprint."""
    try:
        return (target_path / MARKER).read_text(encoding="utf-8") == current
    except FileNotFoundError:
        return False


def mark_parsed(target_path: Path, current: str) -> None:
    """Note of which fingerprint the manifest is, once it is wholly written."""
    draft = target_path / f"{MARKER}.new"
    draft.write_text(current, encoding="utf-8")
    draft.replace(target_path / MARKER)


@contextmanager
def parsing(target_path: Path) -> Iterator[None]:
    """Keep other processes from writing the manifest at the same time."""
    target_path.mkdir(parents=True, exist_ok=True)
    with (target_path / "parse.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _is_output(path: Path) -> bool:
    return path.parts[0] in ("target", "logs")
