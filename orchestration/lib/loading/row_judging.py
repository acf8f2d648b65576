"""Judges the rows of one file, a chunk at a time, without a database."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pandas as pd

from expectations.runner import Gate
from expectations.verdict import RowVerdict, Tally
from orchestration.lib.loading.ledger import Counts
from orchestration.lib.loading.load_outcome import LoadRules
from orchestration.lib.loading.raw_copy import CopyText, events_text, rejected_text
from orchestration.lib.loading.rejected_rows import rejected_rows
from orchestration.lib.loading.row_reading import CandidateRows, FileReading

EXAMPLES = 5


@dataclass(frozen=True)
class JudgedRows:
    """What came of one chunk, ready to be copied; empty while a file is only looked through."""

    bytes_read: int
    counts: Counts = field(default_factory=Counts)
    events: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    tally: Tally = field(default_factory=Tally)
    examples: Sequence[dict[str, object]] = ()
    texts: Sequence[CopyText] = ()


def judged_file(reading: FileReading, load_id: int) -> Iterator[JudgedRows]:
    """Give all rows of a file for this load; raises what the reading raises."""
    verdicts = RowVerdicts(reading.gate, reading.rules)
    for rows in reading.candidates():
        if rows is None:
            yield JudgedRows(0)
        else:
            yield judged_rows(load_id, rows, *verdicts.of([rows]))


class RowVerdicts:
    """Puts candidate rows to the gate; one moment holds for all, by which no event lies ahead."""

    def __init__(self, gate: Gate, rules: LoadRules) -> None:
        self._gate = gate
        self._earliest = rules.earliest
        self._latest = datetime.now(UTC) + rules.future_tolerance

    def of(self, chunks: Sequence[CandidateRows]) -> Iterator[Sequence[RowVerdict]]:
        """Judge all chunks in one go; give for each the verdicts on its frames."""
        frames = [frame for rows in chunks for frame in rows.frames]
        verdicts = iter(self._gate.row_verdicts(frames, self._earliest, self._latest))
        for rows in chunks:
            yield [next(verdicts) for _ in rows.frames]


def judged_rows(load_id: int, rows: CandidateRows, verdicts: Sequence[RowVerdict]) -> JudgedRows:
    """Part the rows by the verdicts on their frames; of exits, no failure is counted or kept."""
    candidates, [verdict, *of_exits] = rows.frames[0], verdicts
    rejected = rejected_rows(rows.chunk, candidates, verdict.failures)
    accepted = candidates.drop(index=rejected.index) if verdict.failures else candidates
    events = _with_exits(rows, accepted, of_exits[0]) if of_exits else accepted
    return JudgedRows(
        rows.bytes_read,
        Counts(len(candidates), len(accepted), len(rejected)),
        len(events),
        Counter(failure.check.reason_code for failure in verdict.failures),
        verdict.tally,
        _examples(rejected),
        [events_text(load_id, events), rejected_text(load_id, rejected)],
    )


def _with_exits(rows: CandidateRows, entries: pd.DataFrame, verdict: RowVerdict) -> pd.DataFrame:
    """Add the exits of stays that have a usable end; keep the text of the other ends."""
    exits = rows.frames[1]
    exits = exits.drop(index=exits.index[[failure.position for failure in verdict.failures]])
    exits = exits[exits.index.isin(entries.index)]
    return pd.concat([rows.layout.with_unused_ends(rows.chunk, entries, exits.index), exits])


def _examples(rejected: pd.DataFrame) -> list[dict[str, object]]:
    if rejected.empty:
        return []
    columns = ["line_number", "reason_code", "column_name", "value", "raw_line"]
    first = [rejected[name].head(EXAMPLES).tolist() for name in columns]
    return [
        {name: None if pd.isna(value) else value for name, value in zip(columns, row, strict=True)}
        for row in zip(*first, strict=True)
    ]
