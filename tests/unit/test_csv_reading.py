"""Rows come out as they were written, each with the physical line it begins on and its raw text."""

import csv
import gzip
import hashlib
import io
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from orchestration.lib.reading import file_content
from orchestration.lib.reading.csv_reading import CsvFile
from orchestration.lib.reading.csv_rows import UnterminatedQuoteError
from orchestration.lib.reading.file_content import BrokenArchiveError

HEADER = "a,b\n"


@dataclass
class Read:
    """What a file gives: the header, and one item a row of everything else."""

    header: list[str]
    rows: list[list[str]] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    raw: list[str] = field(default_factory=list)
    bad: list[bool] = field(default_factory=list)
    sha256: str = ""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("csv") / "events.csv"


@pytest.fixture
def file(path: Path) -> Iterator[Path]:
    yield path
    path.unlink(missing_ok=True)


def read(
    path: Path, content: str | bytes, chunk: int = 100, encoding: str = "utf-8",
    single_line: Collection[int] = (),
) -> Read:  # fmt: skip
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    source = CsvFile(path, encoding=encoding, single_line=lambda _names: single_line)
    result = Read(source.header)
    for part in source.chunks(chunk):
        assert 0 < len(part) <= chunk
        columns = [column.to_pylist() for column in part.columns]
        rows = [list(row) for row in zip(*columns, strict=True)]
        result.rows += [row[:count] for row, count in zip(rows, part.field_counts, strict=True)]
        result.counts += part.field_counts.tolist()
        result.lines += part.line_numbers.tolist()
        result.raw += part.raw_texts(range(len(part)))
        result.bad += part.bad_characters.tolist()
    result.sha256 = source.sha256()
    return result


def written(rows: list[list[str]], ending: str, quoting: int) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator=ending, quoting=quoting).writerows(rows)  # type: ignore[arg-type]
    return text.getvalue()


def test_line_numbers_are_those_of_an_editor(file: Path) -> None:
    result = read(file, '\n\na,b\r\n1,2\r\n\r\n"x\r\ny\n\nz",3\n" "\n\n4,5', chunk=2)
    assert result.header == ["a", "b"]
    assert result.rows == [["1", "2"], ["x\r\ny\n\nz", "3"], [" "], ["4", "5"]]
    assert result.lines == [4, 6, 10, 12]
    assert result.raw == ["1,2", '"x\r\ny\n\nz",3', '" "', "4,5"]


def test_a_line_of_blanks_is_no_row_unless_they_are_fields(file: Path) -> None:
    result = read(file, "  \na,b\n1,2\n   \n \t\r\n\t\n3,4\n ")
    assert (result.rows, result.lines) == ([["1", "2"], ["3", "4"]], [3, 7])
    result = read(file, "a\tb\n1\t2\n   \n \t\n3\t4\n")
    assert (result.rows, result.lines) == ([["1", "2"], [" ", ""], ["3", "4"]], [2, 4, 5])


def test_a_byte_order_mark_is_no_part_of_the_header(file: Path) -> None:
    result = read(file, "\ufeff a ,B\n1,2\n")
    assert (result.header, result.lines) == (["a", "B"], [2])


@pytest.mark.parametrize("content", ["", "\n", "\r\n\r\n", "\ufeff"])
def test_a_file_without_text_has_no_header_and_no_rows(file: Path, content: str) -> None:
    result = read(file, content)
    assert (result.header, result.rows) == ([], [])


def test_a_long_first_line_is_read_whatever_the_process_has_read_before(file: Path) -> None:
    """Python's own limit of a field is that of the process, and lower until someone raises it."""
    earlier = csv.field_size_limit(131_072)
    try:
        result = read(file, "x" * 200_000 + "\n" + "y" * 200_000 + "\n")
    finally:
        csv.field_size_limit(earlier)
    assert [len(text) for text in (*result.header, *result.rows[0])] == [200_000, 200_000]


def test_ragged_rows_are_passed_on_as_they_are(file: Path) -> None:
    result = read(file, HEADER + "1\n1,2,3\n,\n")
    assert result.rows == [["1"], ["1", "2"], ["", ""]]
    assert (result.counts, result.raw) == ([1, 3, 2], ["1", "1,2,3", ","])


def test_bad_bytes_and_nul_cost_their_row_only(file: Path) -> None:
    result = read(file, b"a,b\n1,\xff\n2,\0\nM\xc3\xbcller,3\n4,\xed\xa0\x80\n5,6\n", chunk=10)
    assert result.bad == [True, True, False, True, False]
    assert result.rows[0] == ["1", "\N{REPLACEMENT CHARACTER}"]
    assert result.rows[2:5:2] == [["Müller", "3"], ["5", "6"]]
    assert result.raw[:2] == ["1,\\xff", "2,\\x00"]
    assert all(line.encode() for line in result.raw), "every raw line can be stored"


@pytest.mark.parametrize(
    ("encoding", "wrong", "shown"),
    [
        ("cp1252", b"\x81", "\\x81"),
        ("cp874", b"\xdb", "\\xff"),
        ("utf-16-le", b"\0\xd8", "\\xff\\xff"),
    ],
)
def test_what_is_no_text_in_the_encoding_of_the_file_costs_its_row_only(
    file: Path, encoding: str, wrong: bytes, shown: str
) -> None:
    before, after = ((HEADER + "1,x").encode(encoding), "\n2,y\n".encode(encoding))
    result = read(file, before + wrong + after, encoding=encoding)
    assert (result.bad, result.raw) == ([True, False], ["1,x" + shown, "2,y"])


def test_a_quote_in_the_wrong_place_costs_its_row_only(file: Path) -> None:
    result = read(file, HEADER + '1,2\n"x" y,3\n4,5\n')
    assert result.rows == [["1", "2"], [""], ["4", "5"]]
    assert (result.lines, result.raw[1]) == ([2, 3, 4], '"x" y,3')


@pytest.mark.parametrize("rest", ["", "\n", "5,6\n", "5,6\n" * 500])
def test_an_open_quote_is_told_with_its_line(file: Path, rest: str) -> None:
    with pytest.raises(UnterminatedQuoteError, match="line 3 ") as caught:
        read(file, HEADER + '1,2\n3,"4\n' + rest, chunk=1)
    assert caught.value.line_number == 3


def test_a_compressed_file_is_known_by_its_content_not_its_name(file: Path) -> None:
    content = gzip.compress(b"a,b\n1,2\n")
    result = read(file, content)
    assert result.rows == [["1", "2"]]
    assert result.sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize("cut", [3, 12, 30, -8, -1])
def test_a_cut_archive_is_told(file: Path, cut: int) -> None:
    content = gzip.compress(HEADER.encode() + b"1,2\n" * 1000)[:cut]
    with pytest.raises(BrokenArchiveError):
        read(file, content)


def test_a_damaged_archive_is_told(file: Path) -> None:
    content = bytearray(gzip.compress(HEADER.encode() + b"1,2\n" * 1000))
    content[20] ^= 0xFF
    with pytest.raises(BrokenArchiveError):
        read(file, bytes(content))


text_cells = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0\ufffd\r\n"), max_size=8
)
lined_cells = st.text(st.sampled_from('ab",\r\n \t;é'), max_size=8)


def is_blank(row: list[str]) -> bool:
    """Tell whether a row may be written as a line of blanks only, which is none."""
    return len(row) == 1 and bool(row[0]) and not row[0].strip(" \t")


plain_cells = st.one_of(text_cells, st.text(st.sampled_from('ab," \t;é'), max_size=8))
# Of rows with another number of fields than the header, none holds line ends: see stray quotes.
tables = st.lists(
    st.one_of(
        st.lists(st.one_of(plain_cells, lined_cells), min_size=3, max_size=3),
        st.lists(plain_cells, min_size=1, max_size=4).filter(lambda row: not is_blank(row)),
    ),
    max_size=12,
)
# Not "\n" with minimal quotes: Python's writer then leaves a lone "\r" unquoted.
dialects = st.sampled_from(
    [("\r\n", csv.QUOTE_MINIMAL), ("\r\n", csv.QUOTE_ALL), ("\n", csv.QUOTE_ALL)]
)
several = settings(max_examples=150, deadline=None)


@several
@given(rows=tables, dialect=dialects, chunk=st.integers(1, 5))
@example(rows=[["\r", "\n\r", "\r\n"], ["", "", ""]], dialect=("\r\n", csv.QUOTE_MINIMAL), chunk=1)
@example(rows=[[",", "\r;", ","]], dialect=("\r\n", csv.QUOTE_MINIMAL), chunk=1)
def test_written_rows_read_back(
    path: Path, rows: list[list[str]], dialect: tuple[str, int], chunk: int
) -> None:
    result = read(path, written([["a", "b", "c"], *rows], *dialect), chunk)
    assert (result.header, result.rows) == (["a", "b", "c"], [row[:3] for row in rows])
    assert result.counts == [len(row) for row in rows]
    assert result.bad == [False] * len(rows)


@several
@given(rows=tables, blank=st.integers(0, 12), dialect=dialects, chunk=st.integers(1, 5))
def test_raw_lines_at_their_numbers_are_the_text(
    path: Path, rows: list[list[str]], blank: int, dialect: tuple[str, int], chunk: int
) -> None:
    """Laid out by their line numbers, the raw lines are the file again, blank lines included."""
    rows = [*rows[:blank], [], *rows[blank:]]
    text = written([["a", "b", "c"], *rows], *dialect)
    result = read(path, text, chunk)
    physical = re.findall(r"[^\r\n]*(?:\r\n|\r|\n)", text)
    assert len(result.lines) == sum(bool(row) for row in rows)
    ends = [*result.lines, len(physical) + 1][1:]
    for begin, end, raw in zip(result.lines, ends, result.raw, strict=True):
        assert raw == "".join(physical[begin - 1 : end - 1]).rstrip("\r\n")
    before = result.lines[0] - 1 if result.lines else len(physical)
    assert "".join(physical[:before]).rstrip("\r\n").replace('"', "") == "a,b,c"


@several
@given(
    rows=st.lists(st.from_regex(r"[a-z]{1,3},[a-zé]{0,3}", fullmatch=True), min_size=1, max_size=9),
    position=st.integers(0, 9),
    dirt=st.sampled_from([b"\0", b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbf\xbd", b"\xfe\xfe"]),
    chunk=st.integers(1, 4),
)
def test_dirt_marks_its_row_and_leaves_the_others(
    path: Path, rows: list[str], position: int, dirt: bytes, chunk: int
) -> None:
    clean = [row.encode() for row in rows]
    position %= len(rows)
    dirty = [*clean]
    dirty[position] += dirt
    result = read(path, b"a,b\n" + b"\n".join(dirty), chunk)
    assert result.bad == [index == position for index in range(len(rows))]
    expected = [row.split(",") for row in rows]
    others = [row for index, row in enumerate(result.rows) if index != position]
    assert others == expected[:position] + expected[position + 1 :]


@several
@given(
    text=st.text(st.sampled_from('ab,,""\n\n'), max_size=60),
    block=st.integers(1, 20),
    single_line=st.sets(st.integers(0, 1)),
)
@example(text='"s,b\na,"t\nl"\nb,b\n', block=5, single_line=set())
def test_where_blocks_end_changes_nothing(
    path: Path, text: str, block: int, single_line: set[int]
) -> None:
    def outcome() -> Read | int:
        try:
            return read(path, HEADER + text, single_line=single_line)
        except UnterminatedQuoteError as error:
            return error.line_number

    whole = outcome()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(file_content, "BLOCK_BYTES", block)
        assert outcome() == whole


def test_lines_that_look_like_rows_are_text_where_text_may_be(file: Path) -> None:
    text = '1,"noted:\n2,x"\n3,"y\n,"""\n4,z\n'
    rows = [["1", "noted:\n2,x"], ["3", 'y\n,"'], ["4", "z"]]
    assert read(file, HEADER + text, single_line={0}).rows == rows


def test_lines_in_a_column_that_has_no_text_are_rows_behind_a_stray_quote(file: Path) -> None:
    text = '1,"x\n2,y\n3,z"\n'
    rows = [[""], ["2", "y"], ["3", 'z"']]
    assert read(file, HEADER + text, single_line={0, 1}).rows == rows


@several
@given(content=st.binary(max_size=200), chunk=st.integers(1, 5))
def test_any_bytes_are_read_or_refused(path: Path, content: bytes, chunk: int) -> None:
    try:
        result = read(path, content, chunk)
    except (BrokenArchiveError, UnterminatedQuoteError):
        return
    assert result.sha256 == hashlib.sha256(content).hexdigest()
    assert sorted(set(result.lines)) == result.lines
    texts = [*result.raw, *(cell for row in result.rows for cell in row)]
    assert "\0" not in "".join(texts).encode().decode()
