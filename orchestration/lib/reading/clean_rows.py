"""Reads blocks of lines that hold nothing unusual, many times faster than row by row.

Whatever is said here of a block, `csv_rows` says the same: it is the rule, this is its short cut.
"""

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv as pacsv

from orchestration.lib.reading.csv_chunk import Chunk, text_columns
from orchestration.lib.reading.csv_dialect import BLANKS, Dialect
from orchestration.lib.reading.file_content import LONGEST_LINE_BYTES

_LF, _CR = 10, 13
_SPACES = [ord(" "), ord("\t")]
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}".encode()
Positions = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]


def clean_rows(block: bytes, dialect: Dialect, width: int, first_line: int) -> Chunk | None:
    """Give the rows of whole lines, the first being line `first_line`; None if one is unusual.

    Usual are lines of valid text, each a row: quotes only where they enclose a whole field, line
    ends only where no quotes are, nothing escaped. Lines may be empty, but not of blanks;
    rows may have another number of fields.
    """
    if not _is_plain_text(block) or (dialect.escape and dialect.escape.encode() in block):
        return None
    characters = np.frombuffer(block, np.uint8)
    ends = _line_ends(characters)
    starts = np.concatenate([np.zeros(1, np.int64), ends[:-1]])
    lengths = ends - starts
    if lengths.max() >= LONGEST_LINE_BYTES or not _quotes_fit(characters, ends, dialect):
        return None
    if _has_line_of_blanks(block, characters, starts, ends):
        return None
    filled = np.flatnonzero(~_are_blank(characters, starts, lengths))
    offsets = np.concatenate([starts[filled], ends[-1:]])
    raw_lines = pa.LargeStringArray.from_buffers(
        len(filled), pa.py_buffer(offsets), pa.py_buffer(block)
    )
    if len(filled):
        columns, field_counts = _fields(block, dialect, width, raw_lines)
    else:
        columns, field_counts = text_columns([], width), np.empty(0, np.int64)
    no_bad = np.zeros(len(filled), dtype=bool)
    return Chunk(columns, field_counts, filled + first_line, no_bad, raw_lines)


def line_count(block: bytes) -> int:
    """Give how many physical lines a block of whole lines has."""
    ends = block.count(b"\n") + block.count(b"\r") - block.count(b"\r\n")
    return ends + (not block.endswith((b"\n", b"\r")))


def _is_plain_text(block: bytes) -> bool:
    if b"\0" in block or block.count(b"\r") != block.count(b"\r\n"):
        return False
    if block.isascii():
        return True
    try:
        block.decode()
    except UnicodeDecodeError:
        return False
    return _REPLACEMENT not in block


def _line_ends(characters: Bytes) -> Positions:
    ends = np.flatnonzero(characters == _LF) + 1
    if not len(ends) or ends[-1] != len(characters):
        ends = np.append(ends, len(characters))
    return ends


def _are_blank(characters: Bytes, starts: Positions, lengths: Positions) -> npt.NDArray[np.bool_]:
    first = characters[starts]
    blank: npt.NDArray[np.bool_] = np.where(first == _CR, lengths == 2, lengths == 1)
    return blank & np.isin(first, [_LF, _CR])


def _has_line_of_blanks(
    block: bytes, characters: Bytes, starts: Positions, ends: Positions
) -> bool:
    at = np.flatnonzero(np.isin(characters[starts], _SPACES))
    return any(not block[starts[line] : ends[line]].strip(BLANKS.encode()) for line in at)


def _quotes_fit(characters: Bytes, ends: Positions, dialect: Dialect) -> bool:
    """Tell whether quotes alternate between the begin and the end of a field within each line.

    Then no reader can take them differently, as each quote is told by its neighbour.
    """
    if dialect.quote is None:
        return True
    quotes = np.flatnonzero(characters == ord(dialect.quote))
    if not len(quotes):
        return True
    if np.any(np.searchsorted(quotes, ends) % 2):
        return False
    line_end = np.array([_LF], np.uint8)
    framed = np.concatenate([line_end, characters, line_end])
    delimiter = ord(dialect.delimiter or ",")
    opens = np.isin(framed[quotes[::2]], [delimiter, _LF])
    closes = np.isin(framed[quotes[1::2] + 2], [delimiter, _LF, _CR])
    return bool(opens.all() and closes.all())


def _fields(
    block: bytes, dialect: Dialect, width: int, raw_lines: pa.Array
) -> tuple[list[pa.Array], npt.NDArray[np.int64]]:
    """Give the columns and the number of fields of each row; ragged rows are read by themselves."""
    ragged: list[pacsv.InvalidRow] = []
    regular = _regular_fields(block, dialect, width, ragged)
    field_counts = np.full(len(raw_lines), width)
    if not ragged:
        return regular, field_counts
    positions = np.array([row.number - 1 for row in ragged])
    field_counts[positions] = [row.actual_columns for row in ragged]
    texts = raw_lines.take(positions).to_pylist()
    rows = [next(dialect.reader([text.rstrip("\r\n")])) for text in texts]
    order = np.argsort(np.concatenate([np.delete(np.arange(len(raw_lines)), positions), positions]))
    columns = [
        pa.concat_arrays([column, irregular]).take(order)
        for column, irregular in zip(regular, text_columns(rows, width), strict=True)
    ]
    return columns, field_counts


def _regular_fields(
    block: bytes, dialect: Dialect, width: int, ragged: list[pacsv.InvalidRow]
) -> list[pa.Array]:
    def set_aside(row: pacsv.InvalidRow) -> str:
        ragged.append(row)
        return "skip"

    names = [str(number) for number in range(width)]
    table = pacsv.read_csv(
        pa.BufferReader(block),
        # One thread: a process that forks others must have no more.
        pacsv.ReadOptions(use_threads=False, block_size=len(block) + 1, column_names=names),
        pacsv.ParseOptions(
            delimiter=dialect.delimiter or ",", quote_char=dialect.quote or False,
            invalid_row_handler=set_aside,
        ),
        pacsv.ConvertOptions(
            check_utf8=False, column_types=dict.fromkeys(names, pa.large_string()),
            strings_can_be_null=False, null_values=[],
        ),
    )  # fmt: skip
    return [column.combine_chunks() for column in table.columns]
