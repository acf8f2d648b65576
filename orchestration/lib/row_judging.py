"""Reads the rows of one file and judges them, a chunk at a time, without a database."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from expectations.runner import Gate
from expectations.verdict import RowFailure, Tally
from orchestration.lib.candidate_rows import Layout
from orchestration.lib.csv_chunk import Chunk
from orchestration.lib.csv_reading import CsvFile
from orchestration.lib.day_month import DateOrderSearch
from orchestration.lib.fault_points import reached
from orchestration.lib.ledger import Counts
from orchestration.lib.load_outcome import FileChangedError, FileRefusedError, LoadRules
from orchestration.lib.raw_copy import CopyText, events_text, rejected_text
from orchestration.lib.rejected_rows import rejected_rows
from orchestration.lib.source_profiles import SourceProfile

EXAMPLES = 5


@dataclass(frozen=True)
class JudgedRows:
    """What came of one chunk, ready to be copied; empty while a file is only looked through."""

    bytes_read: int
    counts: Counts = field(default_factory=Counts)
    events: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    examples: Sequence[dict[str, object]] = ()
    texts: Sequence[CopyText] = ()


@dataclass
class FileJudgement:
    """Judges one file by its profile; `tally` counts what the gate says."""

    path: Path
    sha256: str
    load_id: int
    profile: SourceProfile
    gate: Gate
    rules: LoadRules
    tally: Tally = field(default_factory=Tally)
    header: Sequence[str] = ()
    delimiter: str = ","

    def __post_init__(self) -> None:
        self._latest = datetime.now(UTC) + self.rules.future_tolerance

    def judged(self) -> Iterator[JudgedRows]:
        """Give all rows; raises FileRefusedError, FileChangedError and what the reader raises."""
        file = self._file()
        self.header, self.delimiter = file.header, file.dialect.delimiter or ","
        layout = self._judged_layout(file.header)
        for chunk in file.chunks(self.rules.chunk_rows):
            reached("validating", self.path.name)
            candidates = layout.candidates(chunk)
            if layout.has_open_dates(chunk, candidates):
                search = DateOrderSearch()
                yield from self._look_for_dates(search, layout)
                layout = layout.with_date_order(search.order)
                candidates = layout.candidates(chunk)
            yield self._judged_chunk(layout, chunk, candidates, file.bytes_read)
        self._require_unchanged(file)

    def _file(self) -> CsvFile:
        return CsvFile(
            self.path, self.profile.dialect, lambda names: self._layout(names).is_complete,
            self.profile.encoding, self.rules.max_file_bytes,
        )  # fmt: skip

    def _layout(self, names: Sequence[str]) -> Layout:
        return Layout.of(names, self.profile, self.rules.timezone)

    def _judged_layout(self, header: Sequence[str]) -> Layout:
        layout = self._layout(header)
        failure = self.gate.header_failure(layout.header, self.tally, layout.supplied)
        if failure is not None:
            raise FileRefusedError(failure.reason_code, layout.told(failure.reason_code))
        return layout

    def _look_for_dates(self, search: DateOrderSearch, layout: Layout) -> Iterator[JudgedRows]:
        """Look at the timestamps of the whole file; each item given is a sign of life."""
        file = self._file()
        for chunk in file.chunks(self.rules.chunk_rows):
            for text in layout.timestamp_texts(chunk):
                search.look_at(text)
            yield JudgedRows(0)
        self._require_unchanged(file)

    def _require_unchanged(self, file: CsvFile) -> None:
        if file.sha256() != self.sha256:
            raise FileChangedError(self.path.name)

    def _judged_chunk(
        self, layout: Layout, chunk: Chunk, candidates: pd.DataFrame, bytes_read: int
    ) -> JudgedRows:
        failures = self._failures(candidates, self.tally)
        rejected = rejected_rows(chunk, candidates, failures)
        accepted = candidates.drop(index=rejected.index) if failures else candidates
        events = self._with_exits(layout, chunk, accepted) if layout.profile.interval else accepted
        return JudgedRows(
            bytes_read,
            Counts(len(candidates), len(accepted), len(rejected)),
            len(events),
            Counter(failure.check.reason_code for failure in failures),
            _examples(rejected),
            [events_text(self.load_id, events), rejected_text(self.load_id, rejected)],
        )

    def _failures(self, candidates: pd.DataFrame, tally: Tally) -> list[RowFailure]:
        return self.gate.row_failures(candidates, self.rules.earliest, self._latest, tally)

    def _with_exits(self, layout: Layout, chunk: Chunk, entries: pd.DataFrame) -> pd.DataFrame:
        """Add the exits of stays that have a usable end; keep the text of the other ends."""
        exits = layout.exits(chunk, entries)
        failures = self._failures(exits.reset_index(drop=True), Tally())
        exits = exits.drop(index=exits.index[[failure.position for failure in failures]])
        return pd.concat([layout.with_unused_ends(chunk, entries, exits.index), exits])


def _examples(rejected: pd.DataFrame) -> list[dict[str, object]]:
    columns = ["line_number", "reason_code", "column_name", "value", "raw_line"]
    examples = rejected[columns].head(EXAMPLES).astype(object)
    records = examples.where(examples.notna(), None).to_dict("records")
    return [{str(key): value for key, value in row.items()} for row in records]
