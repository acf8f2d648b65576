"""Reads, judges and copies the rows of one file, a chunk at a time, in the caller's transaction."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import psycopg

from expectations.runner import Gate
from expectations.verdict import RowFailure, Tally
from orchestration.lib.candidate_rows import Layout
from orchestration.lib.csv_reading import BrokenArchiveError, CsvFile, UnterminatedQuoteError
from orchestration.lib.fault_points import reached
from orchestration.lib.ledger import Counts
from orchestration.lib.load_outcome import FileChangedError, FileRefusedError, LoadRules
from orchestration.lib.raw_copy import copy_events, copy_rejected

EXAMPLES = 5


@dataclass
class RowLoad:
    """The rows of one file on their way into raw, and what has become of them so far."""

    connection: psycopg.Connection
    gate: Gate
    rules: LoadRules
    counts: Counts = field(default_factory=Counts)
    reasons: Counter[str] = field(default_factory=Counter)
    tally: Tally = field(default_factory=Tally)
    examples: list[dict[str, object]] = field(default_factory=list)
    header: Sequence[str] = ()
    on_chunk: Callable[[Counts, int], None] = lambda _counts, _bytes_read: None

    def copy(self, path: Path, sha256: str, load_id: int) -> None:
        """Copy all rows; raises FileRefusedError or FileChangedError, and the caller rolls back."""
        try:
            csv_file = CsvFile(path)
            layout = self._layout(csv_file.header)
            self.header = csv_file.header
            latest = datetime.now(UTC) + self.rules.future_tolerance
            for chunk in csv_file.chunks(self.rules.chunk_rows):
                reached("validating", path.name)
                candidates = layout.candidates(chunk)
                failures = self.gate.row_failures(
                    candidates, self.rules.earliest, latest, self.tally
                )
                self._copy_chunk(load_id, candidates, failures)
                self.on_chunk(self.counts, csv_file.bytes_read)
        except UnterminatedQuoteError as error:
            raise FileRefusedError("unterminated_quote", str(error)) from error
        except BrokenArchiveError as error:
            raise FileRefusedError("corrupt_archive") from error
        if csv_file.sha256() != sha256:
            raise FileChangedError(path.name)
        self._judge_outcome()

    def validation(self) -> dict[str, object]:
        """Give the verdict as the ledger keeps it."""
        checks = {
            name: {"judged": judged, "failed": self.tally.failed[name]}
            for name, judged in self.tally.judged.items()
        }
        read = {"header": list(self.header), "delimiter": ","}
        return {"checks": checks, "reasons": dict(self.reasons), **read}

    def _layout(self, header: Sequence[str]) -> Layout:
        layout = Layout.of(header, self.rules.timezone)
        failure = self.gate.header_failure(layout.header, self.tally)
        if failure is not None:
            raise FileRefusedError(failure.reason_code, _header_detail(failure.reason_code, layout))
        return layout

    def _judge_outcome(self) -> None:
        read, rejected = self.counts.rows_read, self.counts.rows_rejected
        failure = self.gate.outcome_failure(read, rejected, self.tally)
        if failure is not None:
            share = f"{rejected} of {read} rows were unusable." if read else ""
            raise FileRefusedError(failure.reason_code, share)

    def _copy_chunk(
        self, load_id: int, candidates: pd.DataFrame, failures: list[RowFailure]
    ) -> None:
        rejected = _rejected_rows(candidates, failures)
        copy_events(self.connection, load_id, candidates.drop(index=rejected.index))
        copy_rejected(self.connection, load_id, rejected)
        self.counts = Counts(
            self.counts.rows_read + len(candidates),
            self.counts.rows_loaded + len(candidates) - len(rejected),
            self.counts.rows_rejected + len(rejected),
        )
        self.reasons.update(failure.check.reason_code for failure in failures)
        columns = ["line_number", "reason_code", "column_name", "value", "raw_line"]
        examples = rejected[columns].head(EXAMPLES - len(self.examples)).astype(object)
        records = examples.where(examples.notna(), None).to_dict("records")
        self.examples.extend({str(key): value for key, value in row.items()} for row in records)


def _header_detail(reason_code: str, layout: Layout) -> str:
    found = ", ".join(name or "(no name)" for name in layout.header[:20])
    details = {
        "missing_columns": f"Its first line names: {found}.",
        "duplicate_columns": f"Its first line names: {found}.",
        "too_many_columns": f"It has {len(layout.header)} columns.",
    }
    return details.get(reason_code, "")


def _rejected_rows(candidates: pd.DataFrame, failures: list[RowFailure]) -> pd.DataFrame:
    """Give the rejected candidates with the column, value and reason that each is rejected for."""
    rows = candidates.loc[[failure.position for failure in failures]].copy()
    rows["reason_code"] = [failure.check.reason_code for failure in failures]
    rows["expectation"] = [failure.check.expectation for failure in failures]
    columns = [
        None if failure.check.column == "*" else failure.check.column for failure in failures
    ]
    rows["column_name"] = pd.Series(columns, index=rows.index, dtype="str")
    values = [
        row["timestamp_text" if column == "timestamp" else column] if column else None
        for column, (_, row) in zip(columns, rows.iterrows(), strict=True)
    ]
    rows["value"] = pd.Series(values, index=rows.index, dtype="str")
    return rows
