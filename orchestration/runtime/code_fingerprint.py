"""Whether the code that a process has imported is still the one on disk."""

from collections.abc import Iterator
from pathlib import Path

from orchestration.lib.file_fingerprint import file_fingerprint
from serving.settings import PROJECT_ROOT

WATCHED = ("orchestration", "expectations", "dbt_project")
# All that the pipeline has of the API: its settings are also the pipeline's.
WATCHED_FILES = ("serving/settings.py", "serving/setting_values.py")
SUFFIXES = frozenset({".py", ".sql", ".yml", ".csv"})


def code_fingerprint(root: Path = PROJECT_ROOT) -> str:
    """Give a text that changes when code is changed, added or removed; costs milliseconds."""
    return file_fingerprint(_watched(root))


def _watched(root: Path) -> Iterator[Path]:
    for folder in WATCHED:
        yield from (path for path in (root / folder).rglob("*") if path.suffix in SUFFIXES)
    yield from filter(Path.exists, (root / name for name in WATCHED_FILES))
