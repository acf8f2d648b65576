"""The seeds that an operator edits, looked through for what would fail a build."""

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from orchestration.lib.timezone_names import known_timezone

KEYS = {"sites.csv": "site_id", "cameras.csv": "camera_id"}


def seed_problems(folder: Path) -> Iterator[tuple[str, str]]:
    """Say what is wrong in which file, at which value, and what to do about it."""
    for name, key in KEYS.items():
        try:
            rows = _rows(folder / name)
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            yield f"{name} cannot be read: {error}", "Write it anew, as CSV in UTF-8"
            continue
        for value, count in Counter(row.get(key) for row in rows).items():
            if value and count > 1:
                yield f"{name} has {count} rows of {key} {value!r}", "Leave one of them"
        for row in rows:
            try:
                known_timezone(row.get("timezone") or "UTC")
            except ValueError:
                what = f"{name} names {row['timezone']!r} as time zone of {row.get(key)!r}"
                yield what, "Write an IANA name such as Europe/Berlin"


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [
            {name: text.strip() for name, text in row.items() if name and text}
            for row in csv.DictReader(file)
        ]
