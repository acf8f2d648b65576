"""Reads the rows of one file, a chunk at a time, into the form in which they are judged."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pandas as pd

from expectations.runner import Gate
from expectations.verdict import Tally
from orchestration.lib.fault_points import reached
from orchestration.lib.landing.file_state import FileChangedError
from orchestration.lib.loading.load_outcome import FileRefusedError, LoadRules
from orchestration.lib.reading.candidate_rows import Layout
from orchestration.lib.reading.csv_chunk import Chunk
from orchestration.lib.reading.csv_reading import CsvFile
from orchestration.lib.reading.day_month import DateOrderSearch
from orchestration.lib.reading.source_profiles import SourceProfile
from orchestration.lib.reading.timestamp_rules import DateOrder


@dataclass(frozen=True)
class TextRows:
    """The rows of one chunk as they were read."""

    layout: Layout
    chunk: Chunk
    bytes_read: int

    def with_date_order(self, order: DateOrder) -> "TextRows":
        """Give the same rows of a file whose dates have this order of day and month."""
        return replace(self, layout=self.layout.with_date_order(order))

    def with_own_date_order(self) -> "TextRows":
        """Give the same rows where they are a whole file: they tell the order by themselves."""
        search = DateOrderSearch()
        for text in self.layout.timestamp_texts(self.chunk):
            search.look_at(text)
        return self.with_date_order(search.order)

    def candidates(self) -> "CandidateRows | None":
        """Give them as the gate judges them; None where the whole file must tell the dates."""
        entries = self.layout.candidates(self.chunk)
        if self.layout.has_open_dates(self.chunk, entries):
            return None
        exits = [self.layout.exits(self.chunk, entries)] if self.layout.profile.interval else []
        return CandidateRows(self.layout, self.chunk, [entries, *exits], self.bytes_read)


@dataclass(frozen=True)
class CandidateRows:
    """The rows of one chunk as the gate judges them.

    `frames` has one row a CSV row first; of an interval export, then the exits that end what these
    begin, indexed alike.
    """

    layout: Layout
    chunk: Chunk
    frames: Sequence[pd.DataFrame]
    bytes_read: int

    def part(self, rows: TextRows, begin: int) -> "CandidateRows":
        """Give those of `rows`, which these begin to hold at the position `begin`."""
        last = begin + len(rows.chunk) - 1
        frames = [frame.loc[begin:last] for frame in self.frames]
        frames = [frame.set_axis(frame.index - begin) for frame in frames]
        return CandidateRows(self.layout, rows.chunk, frames, rows.bytes_read)


@dataclass
class FileReading:
    """Reads one file by its profile; `tally` counts what the gate says of its header."""

    path: Path
    sha256: str
    profile: SourceProfile
    gate: Gate
    rules: LoadRules
    tally: Tally = field(default_factory=Tally)
    header: Sequence[str] = ()
    delimiter: str = ","

    def candidates(self) -> Iterator[CandidateRows | None]:
        """Give all rows; None is a sign of life while the file is only looked through.

        Raises FileRefusedError, FileChangedError and what the reader raises.
        """
        order: DateOrder | None = None
        for rows in self.texts():
            known = rows if order is None else rows.with_date_order(order)
            candidates = known.candidates()
            if candidates is None:
                search = DateOrderSearch()
                yield from self._look_for_dates(search, rows.layout)
                order = search.order
                candidates = rows.with_date_order(order).candidates()
            yield candidates

    def texts(self) -> Iterator[TextRows]:
        """Give all rows as they are read; raises as `candidates` does."""
        file = self._file()
        self.header, self.delimiter = file.header, file.dialect.delimiter or ","
        layout = self._judged_layout(file.header)
        for chunk in file.chunks(self._chunk_rows):
            reached("validating", self.path.name)
            yield TextRows(layout, chunk, file.bytes_read)
        self._require_unchanged(file)

    @property
    def _chunk_rows(self) -> int:
        """Half as many where a row is a stay, which is judged and held as two events."""
        return max(1, self.rules.chunk_rows // (2 if self.profile.interval else 1))

    def _file(self) -> CsvFile:
        return CsvFile(
            self.path, self.profile.dialect, lambda names: self._layout(names).is_complete,
            lambda names: self._layout(names).positions.values(),
            self.profile.encoding, self.rules.max_file_bytes,
        )  # fmt: skip

    def _layout(self, names: Sequence[str]) -> Layout:
        return Layout.of(names, self.profile, self.rules.timezone)

    def _judged_layout(self, header: Sequence[str]) -> Layout:
        layout = self._layout(header)
        failure = self.gate.header_failure(layout.header, self.tally, layout.supplied)
        if failure is not None:
            limit = self.rules.limits.max_columns
            detail = layout.refusal_detail(failure.reason_code, header, limit)
            raise FileRefusedError(failure.reason_code, detail)
        return layout

    def _look_for_dates(self, search: DateOrderSearch, layout: Layout) -> Iterator[None]:
        """Look at the timestamps of the whole file."""
        file = self._file()
        for chunk in file.chunks(self._chunk_rows):
            for text in layout.timestamp_texts(chunk):
                search.look_at(text)
            yield None
        self._require_unchanged(file)

    def _require_unchanged(self, file: CsvFile) -> None:
        if file.sha256() != self.sha256:
            raise FileChangedError(self.path.name)
