"""Reads a CSV file in chunks of rows, each with its physical line number and its raw text.

Nothing is judged here: ragged rows, bad bytes and doubled columns are passed on as facts.
"""

import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

# Without a bound, one unclosed quote would read the rest of a large file into one field.
FIELD_LIMIT_CHARACTERS = 16 * 1024 * 1024
BUFFER_BYTES = 1024 * 1024
GZIP_MAGIC = b"\x1f\x8b"
_NEVER_CLOSED = ("unexpected end of data", "field larger than field limit")
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


class BrokenArchiveError(ValueError):
    """A compressed file is cut off or damaged."""


class UnterminatedQuoteError(ValueError):
    """A quote is opened and never closed: the rest of the file is one field."""

    def __init__(self, line_number: int) -> None:
        super().__init__(f"A quote opened in line {line_number} is never closed.")
        self.line_number = line_number


@dataclass(frozen=True)
class Chunk:
    """Some rows of a file in their order; every list has one item a row."""

    rows: list[list[str]]
    line_numbers: list[int]
    raw_lines: list[str]
    bad_characters: list[bool]


@dataclass
class CsvFile:
    """One CSV file, read once: first `header`, then `chunks`; `sha256` is of what was read.

    `bytes_read` counts them as they lie on disk, compressed ones as compressed.
    """

    path: Path
    header: list[str] = field(init=False)
    bytes_read: int = field(init=False, default=0)
    _hash: "hashlib._Hash" = field(init=False)

    def __post_init__(self) -> None:
        csv.field_size_limit(FIELD_LIMIT_CHARACTERS)
        self._hash = hashlib.sha256()
        self._lines = self._read_lines()
        self._recent: list[str] = []
        self._reader = csv.reader(self._remembered(), strict=True)
        first = next((row for row in self._rows() if row), [])
        self.header = [_clean(name).strip() for name in first]

    def chunks(self, rows: int) -> Iterator[Chunk]:
        """Give the rows after the header, at most `rows` at a time; blank lines are no rows."""
        self._recent.clear()
        while (chunk := self._chunk(rows)) is not None:
            if chunk.rows:
                yield chunk

    def sha256(self) -> str:
        """Give the hash of the bytes that were read; of the whole file after the last chunk."""
        return self._hash.hexdigest()

    def _read_lines(self) -> Iterator[str]:
        with self.path.open("rb") as file:
            content: io.RawIOBase | gzip.GzipFile = _HashedReader(file, self._take)
            if file.peek(len(GZIP_MAGIC)).startswith(GZIP_MAGIC):
                content = gzip.GzipFile(fileobj=content)
            buffered = io.BufferedReader(content, BUFFER_BYTES)
            # Bytes that are no UTF-8 survive as surrogates, to be found in their row later.
            text = io.TextIOWrapper(buffered, "utf-8-sig", errors="surrogateescape", newline="")
            try:
                yield from text
            except (gzip.BadGzipFile, EOFError, zlib.error) as error:
                raise BrokenArchiveError(str(error)) from error

    def _take(self, content: memoryview) -> None:
        self._hash.update(content)
        self.bytes_read += len(content)

    def _remembered(self) -> Iterator[str]:
        for line in self._lines:
            self._recent.append(line)
            yield line

    def _rows(self) -> Iterator[list[str]]:
        """Give the rows; one whose quotes do not fit together counts as a row of one field."""
        while True:
            before = self._reader.line_num
            try:
                row = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                if str(error).startswith(_NEVER_CLOSED):
                    raise UnterminatedQuoteError(before + 1) from error
                row = [""]
            yield row

    def _chunk(self, size: int) -> Chunk | None:
        rows, ends = [], []
        before = self._reader.line_num
        for row in self._rows():
            rows.append(row)
            ends.append(self._reader.line_num)
            if len(rows) == size:
                break
        if not rows:
            return None
        lines, self._recent[:] = self._recent[:], []
        starts = [before, *ends[:-1]]
        raw = [
            lines[start - before]
            if end - start == 1
            else "".join(lines[start - before : end - before])
            for start, end in zip(starts, ends, strict=True)
        ]
        return _without_blanks(rows, starts, raw)


def _without_blanks(rows: list[list[str]], starts: list[int], raw: list[str]) -> Chunk:
    if not all(rows):
        kept = [index for index, row in enumerate(rows) if row]
        rows = [rows[index] for index in kept]
        starts = [starts[index] for index in kept]
        raw = [raw[index] for index in kept]
    return _checked(rows, [start + 1 for start in starts], [line.rstrip("\r\n") for line in raw])


def _checked(rows: list[list[str]], line_numbers: list[int], raw: list[str]) -> Chunk:
    """Mark the rows that hold characters which no database takes; look closer only if any does."""
    text = "".join(raw)
    if text.isascii() and "\0" not in text:
        return Chunk(rows, line_numbers, raw, [False] * len(rows))
    bad = [_has_bad_characters(line) for line in raw]
    for index, is_bad in enumerate(bad):
        if is_bad:
            rows[index] = [_clean(item) for item in rows[index]]
            raw[index] = _readable(raw[index])
    return Chunk(rows, line_numbers, raw, bad)


def _has_bad_characters(text: str) -> bool:
    return "\0" in text or _REPLACEMENT in text or not _is_encodable(text)


def _is_encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _clean(text: str) -> str:
    replaced = text.replace("\0", _REPLACEMENT)
    if _is_encodable(replaced):
        return replaced
    return replaced.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _readable(line: str) -> str:
    """Show bytes that are no text by their numbers, so that the row can be stored and looked at."""
    shown = line.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    return shown.replace("\0", "\\x00")


class _HashedReader(io.RawIOBase):
    """Passes bytes on and shows them to `take`, so that what is loaded is what was claimed."""

    def __init__(self, source: io.BufferedReader, take: Callable[[memoryview], None]) -> None:
        self._source = source
        self._take = take

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        count = self._source.readinto(view)
        self._take(view[:count])
        return count
