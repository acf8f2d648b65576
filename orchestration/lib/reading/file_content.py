"""The content of a file as blocks of whole lines in UTF-8: hashed, unpacked and decoded on its way.

However large the file or one of its lines is, no more than a few blocks are in memory.
"""

import codecs
import gzip
import hashlib
import io
import zlib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

BLOCK_BYTES = 4 * 1024 * 1024
# Of a longer line only so much is kept: enough to see that it is too long, whatever the limit is.
LONGEST_LINE_BYTES = 8 * 1024 * 1024
# At the end of what is shown of such a line.
CUT = f"… [cut: the line has {LONGEST_LINE_BYTES:,} bytes or more]"
# An archive may always unpack to so much, a large one to so many times its own size.
UNPACKED_BYTES = 1024**3
UNPACKED_RATIO = 200

GZIP_MAGIC = b"\x1f\x8b"
_MARKED_ENCODINGS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # begins like UTF-16
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_AS_NO_TEXT = "dwellhouse.as_no_text"


class BrokenArchiveError(ValueError):
    """A compressed file is cut off or damaged."""


class TooLargeError(ValueError):
    """A file holds more than it may, seen while it is unpacked."""


class FileContent:
    """Reads one file once; `sha256` and `bytes_read` are of what was read of the file itself."""

    def __init__(self, path: Path, encoding: str = "utf-8", limit_bytes: int | None = None) -> None:
        self._path = path
        self._encoding = encoding
        self._limit_bytes = limit_bytes
        self._hash = hashlib.sha256()
        self._given_back = b""
        self._pieces = self._decoded(self._unpacked())
        self.bytes_read = 0

    def sha256(self) -> str:
        """Give the hash of the bytes that were read; of the whole file after the last block."""
        return self._hash.hexdigest()

    def give_back(self, lines: bytes) -> None:
        """Return lines of the last block, to be given again at the begin of the next."""
        self._given_back = lines

    def blocks(self) -> Iterator[tuple[bytes, bool]]:
        """Give whole lines, and whether they are the last; only the last may lack its line end."""
        rest = b""
        for piece in self._pieces:
            rest = _kept(rest + piece)
            # A "\r" at the very end may be the first half of a line end.
            end = max(rest.rfind(b"\n"), rest.rfind(b"\r", 0, -1)) + 1
            if end:
                block, rest = self._given_back + rest[:end], rest[end:]
                self._given_back = b""
                yield block, False
        while last := self._given_back + rest:
            self._given_back = rest = b""
            yield last, True

    def _unpacked(self) -> Iterator[bytes]:
        with self._path.open("rb") as file:
            is_archive = file.peek(len(GZIP_MAGIC)).startswith(GZIP_MAGIC)
            hashed = _HashedReader(file, self)
            content = gzip.GzipFile(fileobj=hashed) if is_archive else hashed
            limit = self._limit(file) if is_archive else self._limit_bytes
            count = 0
            try:
                while piece := content.read(BLOCK_BYTES):
                    count += len(piece)
                    if limit is not None and count > limit:
                        raise TooLargeError(_too_much(limit, self._limit_bytes))
                    yield piece
            except (gzip.BadGzipFile, EOFError, zlib.error) as error:
                raise BrokenArchiveError(str(error)) from error

    def _limit(self, file: io.BufferedReader) -> int:
        size = file.seek(0, io.SEEK_END)
        file.seek(0)
        expected = max(UNPACKED_BYTES, UNPACKED_RATIO * size)
        return expected if self._limit_bytes is None else min(expected, self._limit_bytes)

    def _decoded(self, pieces: Iterator[bytes]) -> Iterator[bytes]:
        """Give UTF-8; what is no text in the file's encoding is none in it, to cost its row only.

        A mark at the begin says more surely than any profile how a file is encoded.
        """
        first = next(pieces, b"")
        marks = (found for found in _MARKED_ENCODINGS if first.startswith(found[0]))
        mark, encoding = next(marks, (b"", self._encoding))
        if codecs.lookup(encoding).name == "utf-8":
            yield first[len(mark) :]
            yield from pieces
            return
        for text in codecs.iterdecode(chain([first], pieces), encoding, _AS_NO_TEXT):
            yield text.encode("utf-8", "surrogateescape")

    def count(self, piece: bytes | memoryview) -> None:
        """Take note of bytes that were read from the file."""
        self._hash.update(piece)
        self.bytes_read += len(piece)


def _as_no_text(error: UnicodeError) -> tuple[str, int]:
    """Let bytes that are no text in the file's encoding be none in UTF-8, whatever follows them.

    A continuation byte stands for itself; of any other, UTF-8 might make a character.
    """
    if not isinstance(error, UnicodeDecodeError):
        raise error
    wrong = error.object[error.start : error.end]
    shown = (byte if byte & 0xC0 == 0x80 else 0xFF for byte in wrong)
    return "".join(chr(0xDC00 + byte) for byte in shown), error.end


codecs.register_error(_AS_NO_TEXT, _as_no_text)


def _too_much(limit: int, setting: int | None) -> str:
    """Tell what to do about more bytes than `limit`, which may be that of the setting."""
    if limit == setting:
        return f"It holds more than {limit:,} bytes: split it, or raise DWELLHOUSE_MAX_FILE_BYTES."
    return f"It unpacks to more than {limit:,} bytes: drop it as plain CSV."


def _kept(text: bytes) -> bytes:
    """Drop the middle of a line that has no end yet and is longer than any that is kept."""
    begin = max(text.rfind(b"\n"), text.rfind(b"\r")) + 1
    if len(text) - begin <= 2 * LONGEST_LINE_BYTES:
        return text
    return text[: begin + LONGEST_LINE_BYTES] + text[-1:]


class _HashedReader(io.RawIOBase):
    """Passes bytes on and hashes them on their way, so that what is loaded is what was claimed."""

    def __init__(self, source: io.BufferedReader, content: FileContent) -> None:
        self._source = source
        self._content = content

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = memoryview(buffer)  # type: ignore[arg-type]
        count = self._source.readinto(view)
        self._content.count(view[:count])
        return count
