"""Judges the rows of many small files in one go: the gate takes as long for a few rows as for many.

Invariant: what is kept here is knowledge of bytes, never a step of a load. A verdict is kept by the
hash of the content that was judged and by the profile that it was read by, and only a load that has
claimed this very content, and reads it by this profile, takes it.
Claim, transaction, ledger entry and move stay one a file; a file that has changed or could not be
read here is judged by itself when its turn comes. Whatever ends the process loses work, no rows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, islice
from pathlib import Path

from expectations.verdict import RowVerdict
from orchestration.lib.landing.file_state import FileState
from orchestration.lib.loading.load_outcome import LoadRules
from orchestration.lib.loading.row_judging import RowVerdicts
from orchestration.lib.loading.row_reading import CandidateRows, FileReading, TextRows
from orchestration.lib.reading.csv_chunk import Chunk

SMALL_BYTES = 2 * 1024**2
SMALL_ROWS = 20_000
# About as much as a chunk of a large file, so that both need the same memory.
TOGETHER_BYTES = 16 * 1024**2
TOGETHER = 200

Identity = tuple[str, str]


@dataclass(frozen=True)
class JudgedFile:
    """A small file, read and judged: its rows are one chunk."""

    reading: FileReading
    rows: CandidateRows
    verdicts: Sequence[RowVerdict]


class SmallFiles:
    """The files that are to be loaded, in their order, by path and name."""

    def __init__(self, coming: Sequence[tuple[Path, str]] = ()) -> None:
        self._coming = list(coming)
        self._judged: dict[Identity, JudgedFile] = {}

    def judged(self, reading: FileReading) -> JudgedFile | None:
        """Give the file that is about to be read, judged with those after it; None if not small."""
        paths = [path for path, _ in self._coming]
        if reading.path in paths:
            del self._coming[: paths.index(reading.path)]
            self._judged = _judged(reading, list(self._read_small(reading)))
        return self._judged.pop(_identity(reading), None)

    def _read_small(self, like: FileReading) -> Iterator[tuple[FileReading, TextRows]]:
        """Read the small ones of the next files, until they are what is judged in one go."""
        files, length = 0, 0
        while self._coming and files < TOGETHER and length < TOGETHER_BYTES:
            files += 1
            if found := _read(*self._coming.pop(0), like):
                length += found[1].chunk.raw_lines.nbytes
                yield found


def _judged(
    reading: FileReading, read: Sequence[tuple[FileReading, TextRows]]
) -> dict[Identity, JudgedFile]:
    """Judge these files by the gate and the rules of `reading`."""
    files = list(_with_candidates(read))
    if not files:
        return {}
    verdicts = RowVerdicts(reading.gate, reading.rules).of([rows for _, rows in files])
    return {
        _identity(file): JudgedFile(file, rows, of_rows)
        for (file, rows), of_rows in zip(files, verdicts, strict=True)
    }


def _read(path: Path, name: str, like: FileReading) -> tuple[FileReading, TextRows] | None:
    """Read a file if it is small; whatever hinders it is told when the file's own turn comes."""
    try:
        if FileState.of(path).bytes > SMALL_BYTES:
            return None
        _, sha256 = FileState.hashed(path)
        profile, rules = like.rules.sources.of(name), _rules_of_small_files(like.rules)
        reading = FileReading(path, sha256, profile, like.gate, rules)
        chunks = list(islice(reading.texts(), 2))
    except Exception:
        return None
    return (reading, chunks[0]) if len(chunks) == 1 else None


def _with_candidates(
    read: Sequence[tuple[FileReading, TextRows]],
) -> Iterator[tuple[FileReading, CandidateRows]]:
    """Make the rows of files with the same columns ready for the gate in one go."""
    for _, alike in groupby(sorted(read, key=_layout), _layout):
        files = list(alike)
        texts = [rows for _, rows in files]
        whole = replace(texts[0], chunk=Chunk.joined([rows.chunk for rows in texts])).candidates()
        if whole is None:  # each file has to tell for itself what its dates mean
            yield from _with_candidates([(one, rows.with_own_date_order()) for one, rows in files])
            continue
        begin = 0
        for reading, rows in files:
            yield reading, whole.part(rows, begin)
            begin += len(rows.chunk)


def _layout(file: tuple[FileReading, TextRows]) -> tuple[str, str, tuple[str, ...]]:
    reading, rows = file
    return reading.profile.name, rows.layout.timestamps.date_order or "", rows.layout.header


def _identity(reading: FileReading) -> Identity:
    """Tell what a verdict is about: the same bytes mean something else in another profile."""
    return reading.sha256, reading.profile.name


def _rules_of_small_files(rules: LoadRules) -> LoadRules:
    """Let a file that unpacks to more than a small one be refused, and its rows be one chunk."""
    return replace(
        rules, chunk_rows=SMALL_ROWS, max_file_bytes=min(rules.max_file_bytes, SMALL_BYTES)
    )
