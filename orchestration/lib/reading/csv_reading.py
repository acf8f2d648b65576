"""Reads a CSV file in chunks of rows, each with its physical line number and its raw text.

Nothing is judged here: ragged rows, bad bytes and doubled columns are passed on as facts.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from orchestration.lib.reading.clean_rows import clean_rows, line_count
from orchestration.lib.reading.csv_chunk import Chunk
from orchestration.lib.reading.csv_dialect import Dialect
from orchestration.lib.reading.csv_rows import RowReader, block_of, lines_of, readable_text
from orchestration.lib.reading.file_content import FileContent


def _is_never_complete(_names: Sequence[str]) -> bool:
    return False


def _none_of_them(_names: Sequence[str]) -> Collection[int]:
    return ()


@dataclass
class CsvFile:
    """One CSV file, read once: first `header`, then `chunks`; `sha256` is of what was read."""

    path: Path
    dialect: Dialect = field(default_factory=Dialect)
    is_complete: Callable[[Sequence[str]], bool] = _is_never_complete
    """Tells whether a first row has all columns that are needed; shows the delimiter."""
    single_line: Callable[[Sequence[str]], Collection[int]] = _none_of_them
    """Tells which columns of a header hold no text of several lines; shows stray quotes."""
    encoding: str = "utf-8"
    limit_bytes: int | None = None
    header: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self._content = FileContent(self.path, self.encoding, self.limit_bytes)
        self._blocks = self._content.blocks()
        self._line_number = 1
        self._doubtful = 0
        self.header = []
        for block, _ in self._blocks:
            lines = lines_of(block)
            blank = next((at for at, line in enumerate(lines) if line.strip()), len(lines))
            used = blank + self._read_header(lines[blank:])
            self._line_number += used
            self._content.give_back(block_of(lines[used:]))
            if self.header:
                break

    @property
    def bytes_read(self) -> int:
        """How much of the file, as it lies on disk, has been read."""
        return self._content.bytes_read

    def sha256(self) -> str:
        """Give the hash of the bytes that were read; of the whole file after the last chunk."""
        return self._content.sha256()

    def chunks(self, rows: int) -> Iterator[Chunk]:
        """Give the rows after the header, at most `rows` at a time; blank lines are no rows."""
        for block, is_last in self._blocks:
            for chunk in self._chunks(block, rows, is_last=is_last):
                if len(chunk):
                    yield chunk

    def _read_header(self, lines: Sequence[str]) -> int:
        """Take the first row as the header; gives the number of its lines."""
        if not lines:
            return 0
        self.dialect = self.dialect.seen_in(lines[0], self.is_complete)
        names, used = self.dialect.header(lines)
        self.header = [readable_text(name).strip() for name in names]
        return used

    def _chunks(self, block: bytes, rows: int, *, is_last: bool) -> Iterator[Chunk]:
        width = len(self.header)
        clean = clean_rows(block, self.dialect, width, self._line_number)
        if clean is not None:
            self._line_number += line_count(block)
            self._doubtful = 0
            yield from clean.parts(rows)
            return
        reader = RowReader(
            block, self.dialect, width, self._line_number, is_last,
            self.single_line(self.header), self._doubtful,
        )  # fmt: skip
        yield from reader.chunks(rows)
        self._content.give_back(reader.rest)
        self._doubtful = reader.doubtful if reader.rest else 0
        self._line_number += reader.lines_read
