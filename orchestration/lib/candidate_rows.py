"""Turns the text of CSV rows into the columns that the row suite judges and the loader copies."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress

import orjson
import pandas as pd

from orchestration.lib.csv_reading import Chunk
from orchestration.lib.timestamps import instants

REQUIRED_COLUMNS = ("timestamp", "person_id", "camera_id", "event_type")
OPTIONAL_COLUMNS = ("age_group", "gender", "camera_name", "zone", "site_id")
LONG_LINE = 1000
EVENT_ALIASES = {
    **dict.fromkeys(("entry", "enter", "entered", "in", "ingress"), "entry"),
    **dict.fromkeys(("exit", "leave", "left", "out", "egress"), "exit"),
}


@dataclass(frozen=True)
class Layout:
    """Where the columns of one file stand and what their timestamps mean."""

    header: tuple[str, ...]
    timezone: str

    @classmethod
    def of(cls, header: Sequence[str], timezone: str) -> "Layout":
        """Name the columns as the contract does: letter case does not matter."""
        return cls(tuple(name.lower() for name in header), timezone)

    def candidates(self, chunk: Chunk) -> pd.DataFrame:
        """Give one row a CSV row, indexed by position in the chunk.

        Columns: the known ones as trimmed text (null where empty), `event_at`, `timestamp_reading`,
        `attributes` (JSON text), `line_number`, `raw_line`, and the facts that only a row's raw
        form has: `surplus_fields` (negative: missing), `longest_field`, `has_bad_characters`.
        """
        fields = self._columns(chunk.rows)
        frame = pd.DataFrame(
            {name: _text(fields.get(name), len(chunk.rows)) for name in self._known()}
        )
        frame["event_type"] = _canonical_event_type(frame["event_type"])
        frame = frame.rename(columns={"timestamp": "timestamp_text"})
        read = instants(frame["timestamp_text"], self.timezone)
        frame["event_at"], frame["timestamp_reading"] = read["event_at"], read["reading"]
        frame["attributes"] = self._attributes(fields, len(chunk.rows))
        frame["line_number"], frame["raw_line"] = chunk.line_numbers, chunk.raw_lines
        frame["surplus_fields"] = [len(row) - len(self.header) for row in chunk.rows]
        frame["longest_field"] = _longest_field(chunk)
        frame["has_bad_characters"] = chunk.bad_characters
        return frame

    def _known(self) -> tuple[str, ...]:
        return REQUIRED_COLUMNS + OPTIONAL_COLUMNS

    def _columns(self, rows: list[list[str]]) -> dict[str, Sequence[str]]:
        width = len(self.header)
        if any(len(row) != width for row in rows):
            rows = [(row + [""] * (width - len(row)))[:width] for row in rows]
        return dict(zip(self.header, zip(*rows, strict=True), strict=True))

    def _attributes(self, fields: dict[str, Sequence[str]], count: int) -> list[str | None]:
        extra = [name for name in self.header if name and name not in self._known()]
        if not extra:
            return [None] * count
        cells = zip(*(map(str.strip, fields[name]) for name in extra), strict=True)
        present = (dict(compress(zip(extra, row, strict=True), row)) for row in cells)
        return [orjson.dumps(items).decode() if items else None for items in present]


def _text(values: Sequence[str] | None, count: int) -> pd.Series:
    if values is None:
        return pd.Series([None] * count, dtype="str")
    trimmed = pd.Series(values, dtype="str").str.strip()
    return trimmed.mask(trimmed == "")


def _canonical_event_type(text: pd.Series) -> pd.Series:
    lower = text.str.lower()
    return lower.map(EVENT_ALIASES).fillna(lower).astype("str")


def _longest_field(chunk: Chunk) -> list[int]:
    """Measure fields only in long lines; a short line holds no longer field than itself."""
    return [
        len(line) if len(line) < LONG_LINE else max(map(len, row), default=0)
        for line, row in zip(chunk.raw_lines, chunk.rows, strict=True)
    ]
