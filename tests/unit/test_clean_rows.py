"""The fast way through a block gives exactly what the careful way gives, or leaves it alone."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from orchestration.lib.reading.clean_rows import clean_rows, line_count
from orchestration.lib.reading.csv_chunk import Chunk
from orchestration.lib.reading.csv_dialect import Dialect
from orchestration.lib.reading.csv_rows import RowReader, UnterminatedQuoteError

WIDTH = 3
COMMA = Dialect(",")
DIALECTS = [COMMA, Dialect(";"), Dialect("\t"), Dialect("|", "'"), Dialect(",", None)]
ESCAPED = Dialect(",", '"', "\\")
DIALECTS.append(ESCAPED)


def carefully(block: bytes, dialect: Dialect) -> Iterator[Chunk]:
    reader = RowReader(block, dialect, WIDTH, 10, is_last=True)
    yield from reader.chunks(10_000)
    assert reader.lines_read == line_count(block)


def assert_same(fast: Chunk, block: bytes, dialect: Dialect) -> None:
    careful = next(carefully(block, dialect), None)
    if careful is None:
        assert len(fast) == 0
        return
    for one, other in zip(fast.columns, careful.columns, strict=True):
        assert one.to_pylist() == other.to_pylist()
    np.testing.assert_array_equal(fast.field_counts, careful.field_counts)
    np.testing.assert_array_equal(fast.line_numbers, careful.line_numbers)
    np.testing.assert_array_equal(fast.bad_characters, careful.bad_characters)
    everyone = range(len(fast))
    assert fast.raw_texts(everyone) == careful.raw_texts(everyone)


@pytest.mark.parametrize(
    "block",
    [
        b"a,b,c\n", b"a,b,c", b"a,b,c\r\nd,e,f\r\n", b"\n\r\na,b,c\n\n\nd,e,f\n\r\n", b"\n\n",
        b'"a","b","c"\n', b'"a,b",c,""\r\n', b'"",,""', "ä,日本,🙂\n".encode(),
        b"a,b\na,b,c,d\n\na,b,c\n", b",,\n", b" a , b,c \n", b"  ,\n",
        b"x\n\n", b'a,b,c\n"a","b"\n"a,a",b,c,"d"\n',
    ],
)  # fmt: skip
def test_what_is_usual_goes_the_fast_way(block: bytes) -> None:
    fast = clean_rows(block, COMMA, WIDTH, 10)
    assert fast is not None
    assert_same(fast, block, COMMA)


@pytest.mark.parametrize(
    "block",
    [
        b"a,\0,c\n", b"a,\xff,c\n", "a,\N{REPLACEMENT CHARACTER},c\n".encode(), b"a,b,c\rd,e,f\n",
        b'"a"",b,c\n', b'a"b,c,d\n', b'"a\nb",c,d\n', b'"a\n', b'"a"b,c,d\n', b'a,b,"\nc",d,e\n',
        b"a,\xed\xa0\x80,c\n", b"a,b,c\n   \n", b"\t\r\na,b,c\r\n", b" ",
    ],
)  # fmt: skip
def test_what_is_unusual_is_left_alone(block: bytes) -> None:
    assert clean_rows(block, COMMA, WIDTH, 10) is None


def test_what_is_escaped_is_read_the_careful_way() -> None:
    block = rb'''"2\" pipe",b\,c,"\\"''' + b"\r\n"
    assert clean_rows(block, ESCAPED, WIDTH, 10) is None
    [chunk] = carefully(block, ESCAPED)
    assert [column.to_pylist() for column in chunk.columns] == [['2" pipe'], ["b,c"], ["\\"]]
    assert clean_rows(b'"a",b,""\n', ESCAPED, WIDTH, 10) is not None


@pytest.mark.parametrize("line", [b"d,e,f\\", b'd,"e,f\\'])
def test_an_escape_of_nothing_costs_its_row_only(line: bytes) -> None:
    chunks = list(carefully(b"a,b,c\n" + line + b"\n", ESCAPED))
    assert [count for chunk in chunks for count in chunk.field_counts] == [3, 1]


def test_an_escape_of_nothing_after_an_open_quote_costs_both_rows() -> None:
    [chunk] = carefully(b'a,"b\nd,e,f\\', ESCAPED)
    assert chunk.field_counts.tolist() == [1, 1]


pieces = st.sampled_from(
    [*"ab,;\t|\"' \n\r", "\r\n", '"x"', '"",', ',"', '"\n', "'y'", "é", "🙂", "a,b,c\n",
     '"a","b","c"\n', "\\", "\\.", '\\"', "\\,", "\\\n", "NULL", "\0", "\N{REPLACEMENT CHARACTER}"]
)  # fmt: skip
blocks = st.one_of(
    st.lists(pieces, min_size=1, max_size=30).map(lambda found: "".join(found).encode()),
    st.binary(min_size=1, max_size=60),
)


@settings(max_examples=600, deadline=None)
@given(block=blocks, dialect=st.sampled_from(DIALECTS))
@example(block=b'a,"b"\n"c",d,e\n', dialect=COMMA)
@example(block=b'\r\n"a\r\n', dialect=Dialect(",", None))
def test_both_ways_give_the_same(block: bytes, dialect: Dialect) -> None:
    fast = clean_rows(block, dialect, WIDTH, 10)
    if fast is not None:
        assert_same(fast, block, dialect)


@settings(max_examples=300, deadline=None)
@given(block=blocks, dialect=st.sampled_from(DIALECTS))
def test_the_careful_way_loses_no_line(block: bytes, dialect: Dialect) -> None:
    """Every line that is not blank is in the raw text of exactly one row."""
    try:
        chunks = list(carefully(block, dialect))
    except UnterminatedQuoteError:
        return
    raw = "\n".join(text for chunk in chunks for text in chunk.raw_texts(range(len(chunk))))
    text = block.decode("utf-8", "surrogateescape")
    assert filled_lines(raw, dialect) == filled_lines(text, dialect)


def filled_lines(text: str, dialect: Dialect) -> int:
    blanks = " \t".replace(dialect.delimiter or ",", "")
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return sum(bool(line.strip(blanks)) for line in lines)
