"""How the fields of a file are told apart: as its source profile says, or as its header shows."""

import csv
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from orchestration.lib.reading.file_content import LONGEST_LINE_BYTES

if TYPE_CHECKING:
    import _csv

DELIMITERS = (",", ";", "\t", "|")
# A line of nothing but these is blank, but for those of them that separate fields.
BLANKS = " \t\r\n"
# A longer first line is no header; what is kept of it is enough to say what is wrong.
LONGEST_HEADER = 1_000_000
LONGEST_HEADER_LINES = 100
# A field that was not closed by then will not be.
LONGEST_FIELD = LONGEST_LINE_BYTES


@dataclass(frozen=True)
class Dialect:
    """What separates and encloses fields; no delimiter: whichever the header shows.

    With `escape` before it, a quote or a delimiter is part of the text, as a doubled quote is.
    """

    delimiter: str | None = None
    quote: str | None = '"'
    escape: str | None = None

    def reader(self, lines: Iterable[str], *, strict: bool = True) -> "_csv.Reader":
        """Give the rows of the lines; raises csv.Error for quotes that do not fit together."""
        csv.field_size_limit(LONGEST_FIELD)  # of the process: anyone may have set another
        return csv.reader(
            lines, delimiter=self.delimiter or ",", quotechar=self.quote,
            escapechar=self.escape, strict=strict,
            quoting=csv.QUOTE_MINIMAL if self.quote else csv.QUOTE_NONE,
        )  # fmt: skip

    def header(self, lines: Sequence[str]) -> tuple[list[str], int]:
        """Give the fields of the first row and the number of its lines.

        If its quotes do not fit, it is the plainest reading of the first line.
        """
        shortened = [line[:LONGEST_HEADER] for line in lines[:LONGEST_HEADER_LINES]]
        reader = self.reader(shortened)
        try:
            return next(reader), reader.line_num
        except csv.Error:
            return next(self.reader(shortened[:1], strict=False)), 1

    def seen_in(self, line: str, is_complete: Callable[[Sequence[str]], bool]) -> "Dialect":
        """Settle on the delimiter by which the first line has all columns that are needed.

        If there is none, on the one that it holds most often: the file is refused, and this tells
        its columns apart best.
        """
        if self.delimiter is not None:
            return self
        readings = [replace(self, delimiter=delimiter) for delimiter in DELIMITERS]
        for reading in readings:
            if is_complete(reading.header([line])[0]):
                return reading
        return max(readings, key=lambda reading: line.count(reading.delimiter or ""))
