"""Turns the text of CSV rows into the columns that the row suite judges and the loader copies."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce

import numpy as np
import numpy.typing as npt
import orjson
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from expectations.contract import (
    AMBIGUOUS,
    EVENT_TYPES,
    KEY_COLUMNS,
    KNOWN_COLUMNS,
    MISSING,
    READ,
    REQUIRED_COLUMNS,
    UNPARSEABLE,
)
from orchestration.lib.reading.csv_chunk import Chunk
from orchestration.lib.reading.json_objects import json_objects
from orchestration.lib.reading.source_profiles import SourceProfile
from orchestration.lib.reading.timestamp_rules import DateOrder, TimestampRules
from orchestration.lib.reading.timestamps import instants

# What is no table may have any first line; of these a person sees enough to know it again.
MOST_NAMES_TOLD = 20
LONGEST_NAME_TOLD = 60


@dataclass(frozen=True)
class Layout:
    """Where the columns of one file stand and what they mean, by the profile of its source."""

    header: tuple[str, ...]
    profile: SourceProfile
    timestamps: TimestampRules
    positions: Mapping[str, int]
    """By column of the contract: where it stands in the file, if it does."""

    @classmethod
    def of(cls, header: Sequence[str], profile: SourceProfile, default_timezone: str) -> "Layout":
        """Find the columns by the names that the profile gives them, in any letter case."""
        names = tuple(name.lower() for name in header)
        found = {
            column: names.index(present[0])
            for column, accepted in profile.names_of_columns.items()
            if (present := [name for name in accepted if name in names])
        }
        return cls(names, profile, profile.timestamp_rules(default_timezone), found)

    @property
    def supplied(self) -> list[str]:
        """The columns of the contract that the file has under another name or not at all."""
        assumed = {*self.profile.defaults, *(("event_type",) if self.profile.interval else ())}
        known = {*self.positions, *assumed} - set(self.header)
        return [column for column in KNOWN_COLUMNS if column in known]

    @property
    def is_complete(self) -> bool:
        """Whether all columns are there that are needed."""
        return {*self.header, *self.supplied}.issuperset(REQUIRED_COLUMNS)

    def with_date_order(self, order: DateOrder) -> "Layout":
        """Give the same layout for a file whose dates have this order of day and month."""
        return replace(self, timestamps=replace(self.timestamps, date_order=order))

    def candidates(self, chunk: Chunk) -> pd.DataFrame:
        """Give one row a CSV row, indexed by position in the chunk.

        Columns: the known ones as trimmed text (null where empty), `event_at`, `timestamp_reading`,
        `attributes` (JSON text), `line_number`, and the facts that only a row's raw form has:
        `surplus_fields` (negative: missing), `longest_field` in characters, `longest_key_bytes`,
        `has_bad_characters`.
        """
        columns = {column: self._text(chunk, column) for column in KNOWN_COLUMNS}
        columns["event_type"] = self._event_types(columns["event_type"])
        text = _series(columns.pop("timestamp"))
        read = instants(text, self.timestamps)
        return pd.DataFrame(
            {
                "line_number": chunk.line_numbers,
                "timestamp_text": text,
                **{column: _series(values) for column, values in columns.items()},
                "event_at": read["event_at"],
                "timestamp_reading": read["reading"],
                "attributes": _series(self._attributes(chunk)),
                "surplus_fields": chunk.field_counts - len(self.header),
                "longest_field": _longest(pc.utf8_length, chunk.columns),
                "longest_key_bytes": _longest(
                    pc.binary_length, [columns[name] for name in KEY_COLUMNS]
                ),
                "has_bad_characters": chunk.bad_characters,
            }
        )

    def exits(self, chunk: Chunk, entries: pd.DataFrame) -> pd.DataFrame:
        """Give the exits of an interval export that end what `entries` begin, indexed alike.

        One that has no end, or an end before its begin, is left out.
        """
        text = _series(self._trimmed(chunk, self._end)).loc[entries.index]
        read = instants(text, self.timestamps)
        ends = (read["reading"] == READ) & (read["event_at"] >= entries["event_at"])
        exits = entries.assign(
            timestamp_text=text, event_at=read["event_at"], timestamp_reading=read["reading"],
            event_type=pd.Series("exit", index=entries.index, dtype="str"),
        )  # fmt: skip
        return exits[ends]

    def has_open_dates(self, chunk: Chunk, candidates: pd.DataFrame) -> bool:
        """Tell whether a timestamp depends on the order of day and month in the whole file."""
        if self.timestamps.date_order is not None:
            return False
        if (candidates["timestamp_reading"] == AMBIGUOUS).any():
            return True
        return any(
            (instants(text, self.timestamps)["reading"] == AMBIGUOUS).any()
            for text in self.timestamp_texts(chunk)[1:]
        )

    def with_unused_ends(self, chunk: Chunk, entries: pd.DataFrame, used: pd.Index) -> pd.DataFrame:
        """Keep with an entry the text of its end where that could not be used."""
        interval = self.profile.interval
        ends = _series(self._trimmed(chunk, self._end)).loc[entries.index].drop(used).dropna()
        if interval is None or ends.empty:
            return entries
        attributes = entries["attributes"].copy()
        attributes[ends.index] = [
            orjson.dumps({**orjson.loads(known or b"{}"), interval.end: end}).decode()
            for known, end in zip(attributes[ends.index].fillna(""), ends, strict=True)
        ]
        return entries.assign(attributes=attributes)

    def refusal_detail(self, reason_code: str, header: Sequence[str], max_columns: int) -> str:
        """Say of the first line of a file, as it is written, why it is refused for this reason."""
        names = ", ".join(_shown(name) for name in header[:MOST_NAMES_TOLD])
        if len(header) > MOST_NAMES_TOLD:
            names += ", …"
        if reason_code == "too_many_columns":
            return (
                f"It has {len(header)}, the limit is {max_columns}: export only what is needed, "
                "or raise DWELLHOUSE_MAX_COLUMNS."
            )
        if reason_code not in {"missing_columns", "duplicate_columns", "unsupported_delimiter"}:
            return ""
        if self._is_headless:
            return (
                f"Its first line looks like data ({names}): the line that names the columns "
                "seems to be missing. Put it before the rows."
            )
        missing = {*REQUIRED_COLUMNS} - {*self.header, *self.supplied}
        wanted = self.profile.names_of_columns
        needed = [" or ".join(wanted[name]) for name in REQUIRED_COLUMNS if name in missing]
        expected = f" It lacks {', '.join(needed)}." if needed else ""
        own = self.profile.name != "default"
        profile = f" By its name it is of the source profile {self.profile.name}." if own else ""
        return f"Its first line names: {names}.{expected}{profile}"

    def timestamp_texts(self, chunk: Chunk) -> list[pd.Series]:
        """Give the text of the timestamps, then of the ends of intervals if the file has them."""
        positions = (self.positions.get("timestamp"), self._end)
        return [_series(self._trimmed(chunk, at)) for at in positions if at is not None]

    @property
    def _is_headless(self) -> bool:
        """Whether the header is a row: it names no column, and holds what reads as a timestamp."""
        if self.positions or self._end is not None:
            return False
        fields = pd.Series(self.header, dtype=_TEXT)
        return not instants(fields, self.timestamps)["reading"].isin([MISSING, UNPARSEABLE]).all()

    @property
    def _end(self) -> int | None:
        interval = self.profile.interval
        return self.header.index(interval.end) if interval and interval.end in self.header else None

    def _text(self, chunk: Chunk, column: str) -> pa.Array:
        """Give the trimmed text of a column; where it is empty, what the profile assumes."""
        text = self._trimmed(chunk, self.positions.get(column))
        assumed = self.profile.assumed.get(column)
        return text if assumed is None else text.fill_null(assumed)

    def _trimmed(self, chunk: Chunk, position: int | None) -> pa.Array:
        if position is None:
            return pa.nulls(len(chunk), pa.large_string())
        text = pc.utf8_trim_whitespace(chunk.columns[position])
        return pc.if_else(pc.equal(text, ""), None, text)

    def _event_types(self, text: pa.Array) -> pa.Array:
        """Give the types of the events by the names that the source has for them."""
        if self.profile.interval:
            return pa.array(["entry"] * len(text), pa.large_string())
        names = text.dictionary_encode()
        lower = [name.lower() for name in names.dictionary.to_pylist()]
        types = [
            self.profile.event_types.get(name, name if name in EVENT_TYPES else written)
            for name, written in zip(lower, names.dictionary.to_pylist(), strict=True)
        ]
        return pa.array(types, pa.large_string()).take(names.indices)

    def _attributes(self, chunk: Chunk) -> pa.Array:
        taken = {*self.positions.values(), self._end}
        extra = {
            name or f"column {at + 1}": self._trimmed(chunk, at)
            for at, name in enumerate(self.header)
            if at not in taken
        }
        return json_objects(extra, len(chunk))


_TEXT = pd.StringDtype("pyarrow", np.nan)


def _series(text: pa.Array) -> pd.Series:
    return pd.Series(text, dtype=_TEXT)


def _longest(
    length_of: Callable[[pa.Array], pa.Array], columns: Sequence[pa.Array]
) -> npt.NDArray[np.int64]:
    """Give the greatest length in each row; 0 where all values are null."""
    lengths = (length_of(column).fill_null(0) for column in columns)
    longest: npt.NDArray[np.int64] = reduce(pc.max_element_wise, lengths).to_numpy()
    return longest


def _shown(name: str) -> str:
    """Give a column's name as a message shows it."""
    if len(name) > LONGEST_NAME_TOLD:
        return name[: LONGEST_NAME_TOLD - 1] + "…"
    return name or "(no name)"
