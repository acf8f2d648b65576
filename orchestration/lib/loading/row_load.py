"""Copies the rows of one file into raw while the next are read and judged.

All is in the caller's transaction. No more than two chunks are in memory at a time.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import psycopg

from expectations.runner import Gate
from expectations.verdict import Tally
from orchestration.lib.loading.ledger import Counts
from orchestration.lib.loading.load_outcome import FileRefusedError, LoadRules
from orchestration.lib.loading.raw_months import RawMonths
from orchestration.lib.loading.row_judging import EXAMPLES, JudgedRows, judged_file, judged_rows
from orchestration.lib.loading.row_reading import FileReading
from orchestration.lib.loading.small_files import SmallFiles
from orchestration.lib.reading.csv_rows import UnterminatedQuoteError
from orchestration.lib.reading.file_content import BrokenArchiveError, TooLargeError
from orchestration.lib.reading.read_ahead import made_ahead
from orchestration.lib.reading.source_profiles import SourceProfile


@dataclass
class RowLoad:
    """The rows of one file on their way into raw, and what has become of them so far.

    `counts` are of rows of the file. `events` is how many rows of raw they gave: as many as were
    loaded, or more where a row is a stay that has an entry and an exit.
    """

    connection: psycopg.Connection
    gate: Gate
    rules: LoadRules
    profile: SourceProfile
    small_files: SmallFiles = field(default_factory=SmallFiles)
    counts: Counts = field(default_factory=Counts)
    events: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    tally: Tally = field(default_factory=Tally)
    examples: list[dict[str, object]] = field(default_factory=list)
    on_chunk: Callable[[Counts, int], None] = lambda _counts, _bytes_read: None
    _read_as: dict[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._months = RawMonths(self.connection)

    def copy(self, path: Path, sha256: str, load_id: int) -> None:
        """Copy all rows; raises FileRefusedError or FileChangedError, and the caller rolls back."""
        reading = FileReading(path, sha256, self.profile, self.gate, self.rules, self.tally)
        small = self.small_files.judged(reading)
        if small is None:
            self._copy_chunks(judged_file(reading, load_id))
        else:
            reading = small.reading
            self.tally.update(reading.tally)
            self._copy_chunk(judged_rows(load_id, small.rows, small.verdicts))
        self._read_as = {"header": list(reading.header), "delimiter": reading.delimiter}
        self._judge_outcome()

    def validation(self) -> dict[str, object]:
        """Give the verdict as the ledger keeps it."""
        checks = {
            name: {"judged": judged, "failed": self.tally.failed[name]}
            for name, judged in self.tally.judged.items()
        }
        reasons = dict(self.reasons)
        return {"checks": checks, "reasons": reasons, "events": self.events, **self._read_as}

    def _copy_chunks(self, judged: Iterator[JudgedRows]) -> None:
        try:
            with closing(made_ahead(judged)) as chunks:
                for chunk in chunks:
                    self._copy_chunk(chunk)
        except UnterminatedQuoteError as error:
            raise FileRefusedError("unterminated_quote", str(error)) from error
        except BrokenArchiveError as error:
            raise FileRefusedError("corrupt_archive") from error
        except TooLargeError as error:
            raise FileRefusedError("too_large", str(error)) from error

    def _copy_chunk(self, chunk: JudgedRows) -> None:
        for text in chunk.texts:
            self._months.require(text.months)
            text.copy(self.connection)
        self.counts = Counts(
            self.counts.rows_read + chunk.counts.rows_read,
            self.counts.rows_loaded + chunk.counts.rows_loaded,
            self.counts.rows_rejected + chunk.counts.rows_rejected,
        )
        self.events += chunk.events
        self.reasons.update(chunk.reasons)
        self.tally.update(chunk.tally)
        self.examples.extend(chunk.examples[: EXAMPLES - len(self.examples)])
        self.on_chunk(self.counts, chunk.bytes_read)

    def _judge_outcome(self) -> None:
        read, rejected = self.counts.rows_read, self.counts.rows_rejected
        failure = self.gate.outcome_failure(read, rejected, self.tally)
        if failure is not None:
            raise FileRefusedError(failure.reason_code, self._refused_share if read else "")

    @property
    def _refused_share(self) -> str:
        share = self.rules.limits.max_rejected_share
        if not self.counts.rows_loaded:
            return (
                f"All {self.counts.rows_read} rows were unusable: landing/README.md says what each "
                "reason means, and how a source profile tells of other forms."
            )
        return (
            f"{self.counts.rows_rejected} of {self.counts.rows_read} rows were unusable, more than "
            f"a share of {share:g}: to load the others, raise DWELLHOUSE_MAX_REJECTED_SHARE."
        )
