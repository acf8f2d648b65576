"""Reads rows one by one, exactly: quoted line ends, stray quotes, bytes that are no text."""

import csv
import io
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from orchestration.lib.reading.csv_chunk import Chunk, text_columns
from orchestration.lib.reading.csv_dialect import BLANKS, LONGEST_FIELD, Dialect
from orchestration.lib.reading.file_content import CUT, LONGEST_LINE_BYTES

# Of a line that is cut because of its length, so much is kept to be looked at.
SHOWN_CHARACTERS = 1000
_NEVER_CLOSED = ("unexpected end of data", "field larger than field limit")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

Row = tuple[int, str, list[str]]
"""Where a row begins, counted in lines of its block; its raw text; its fields."""


class UnterminatedQuoteError(ValueError):
    """A quote is opened and never closed: the rest of the file is one field."""

    def __init__(self, line_number: int) -> None:
        super().__init__(f"A quote opened in line {line_number} is never closed.")
        self.line_number = line_number


@dataclass
class RowReader:
    """Reads the rows of some whole lines; the first of them is line `first_line` of the file.

    A quote that does not fit costs the line that it is opened in. The lines that it would swallow
    are read anew. A row over several lines that has all its fields is taken as it is, unless the
    line ends are in one of the columns `single_line`: text may look like rows.
    """

    block: bytes
    dialect: Dialect
    width: int
    first_line: int
    is_last: bool
    single_line: Collection[int] = ()
    doubtful: int = 0
    """So many first lines came with a stray quote: theirs may be open the wrong way round."""
    rest: bytes = field(init=False, default=b"")
    """Lines of a row whose end is in the next block, where so many first ones are `doubtful`."""

    def __post_init__(self) -> None:
        self._lines = lines_of(self.block)
        self._next = 0

    def chunks(self, rows: int) -> Iterator[Chunk]:
        """Give the rows, at most `rows` at a time; blank lines are none."""
        batch: list[Row] = []
        for row in self._rows():
            batch.append(row)
            if len(batch) == rows:
                yield self._chunk(batch)
                batch = []
        if batch:
            yield self._chunk(batch)

    @property
    def lines_read(self) -> int:
        """How many physical lines the given rows have taken, blank ones included."""
        return self._next

    def _remaining(self) -> Iterator[str]:
        while self._next < len(self._lines):
            self._next += 1
            yield self._lines[self._next - 1]

    def _rows(self) -> Iterator[Row]:
        lines = self._lines
        reader = self.dialect.reader(self._remaining())
        while (start := self._next) < len(lines):
            if _is_cut(lines[start]):
                self._next += 1
                line = readable_text(lines[start])
                yield start, line[:SHOWN_CHARACTERS] + CUT, [line] + [""] * (self.width - 1)
                continue
            try:
                row = next(reader)
            except csv.Error as error:
                row = [""]
                if not str(error).startswith(_NEVER_CLOSED):
                    self.doubtful = max(self.doubtful, self._next)
                elif self._may_end_in_next_block(start):
                    self._leave_to_next_block(start)
                    return
                elif start < self.doubtful or self._ends_with_escape():
                    reader = self.dialect.reader(self._remaining())
                else:
                    raise UnterminatedQuoteError(self.first_line + start) from error
                self._next = start + 1
            if self._next - start > 1 and self._has_swallowed_rows(start, row):
                self._next, row = start + 1, [""]
            raw = "".join(lines[start : self._next])
            if len(row) > 1 or raw.strip(BLANKS):
                yield start, raw, row

    def _ends_with_escape(self) -> bool:
        """Tell whether the file ends with an escape of nothing: no later line can make it good."""
        escape = self.dialect.escape
        if escape is None or not self.is_last:
            return False
        return self._lines[-1].rstrip("\r\n").endswith(escape)

    def _may_end_in_next_block(self, start: int) -> bool:
        return not self.is_last and sum(map(len, self._lines[start:])) <= LONGEST_FIELD

    def _leave_to_next_block(self, start: int) -> None:
        self.rest = block_of(self._lines[start:])
        self.doubtful = max(0, self.doubtful - start)
        self._next = start

    def _has_swallowed_rows(self, start: int, row: Sequence[str]) -> bool:
        """Tell a stray quote from a field with line ends: each line would be a row by itself.

        Delimiters that are enclosed within one line separate nothing, however the rest is read.
        """
        if len(row) == self.width and not any(_has_line_end(row[at]) for at in self.single_line):
            return False
        delimiter, quote = self.dialect.delimiter or ",", self.dialect.quote or '"'
        text = "".join(self._lines[start : self._next])
        if self.dialect.escape:
            text = re.sub(re.escape(self.dialect.escape) + r"[^\r\n]", "", text)
        pieces = text.split(quote)
        pieces[1::2] = [piece if _has_line_end(piece) else "" for piece in pieces[1::2]]
        lines = io.StringIO(quote.join(pieces), newline="")
        return all(line.count(delimiter) == self.width - 1 for line in lines)

    def _chunk(self, rows: Sequence[Row]) -> Chunk:
        bad = _bad_rows([raw for _, raw, _ in rows])
        raw_lines = [_readable(raw) if bad[at] else raw for at, (_, raw, _) in enumerate(rows)]
        fields = [
            [readable_text(item) for item in items] if bad[at] else items
            for at, (_, _, items) in enumerate(rows)
        ]
        return Chunk(
            text_columns(fields, self.width),
            np.array([len(items) for items in fields]),
            np.array([start for start, _, _ in rows]) + self.first_line,
            bad,
            pa.array(raw_lines, pa.large_string()),
        )


def lines_of(block: bytes) -> list[str]:
    """Give the physical lines with their ends; bytes that are no UTF-8 as surrogates."""
    return list(io.StringIO(block.decode("utf-8", "surrogateescape"), newline=""))


def block_of(lines: Sequence[str]) -> bytes:
    """Give the block that these lines are of."""
    return "".join(lines).encode("utf-8", "surrogateescape")


def _has_line_end(text: str) -> bool:
    return "\n" in text or "\r" in text


def _is_cut(line: str) -> bool:
    if 4 * len(line) < LONGEST_LINE_BYTES:  # a character has at most four bytes
        return False
    return len(line.encode("utf-8", "surrogateescape")) >= LONGEST_LINE_BYTES


def _bad_rows(raw: Sequence[str]) -> npt.NDArray[np.bool_]:
    """Mark the rows that hold characters which no database takes; look closer only if any does."""
    text = "".join(raw)
    if text.isascii() and "\0" not in text:
        return np.zeros(len(raw), dtype=bool)
    return np.array([_has_bad_characters(line) for line in raw])


def _has_bad_characters(text: str) -> bool:
    return "\0" in text or _REPLACEMENT in text or not _is_encodable(text)


def _is_encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def readable_text(text: str) -> str:
    """Give text that can be judged and stored: what is none becomes a replacement character."""
    replaced = text.replace("\0", _REPLACEMENT)
    if _is_encodable(replaced):
        return replaced
    return replaced.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _readable(line: str) -> str:
    """Show bytes that are no text by their numbers, so that the row can be stored and looked at."""
    shown = line.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return shown.replace("\0", "\\x00")
