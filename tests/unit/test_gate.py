"""What the gate says of files and rows, by real Great Expectations on what the reader gives."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.contract import KEY_COLUMNS
from expectations.reasons import ROW_REASONS
from expectations.runner import Gate, gate
from expectations.verdict import Limits, Tally
from orchestration.lib.reading.candidate_rows import Layout
from orchestration.lib.reading.csv_reading import CsvFile
from orchestration.lib.reading.source_profiles import SourceProfiles

pytestmark = pytest.mark.xdist_group("gate")
LIMITS = Limits(max_columns=8, max_field_length=2000, max_rejected_share=0.5)
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)
COLUMNS = ["timestamp", "event_type", "zone", *KEY_COLUMNS]
GOOD = ["2026-05-01 10:00", "entry", "z", *(column[0] for column in KEY_COLUMNS)]
Row = list[str]


@pytest.fixture(scope="module")
def judge() -> Gate:
    return gate(LIMITS)


def changed(column: str, value: str) -> Callable[[Row], Row]:
    position = COLUMNS.index(column)
    return lambda row: [value if index == position else cell for index, cell in enumerate(row)]


# In the order of the suite: of two defects, the first is the reason.
DEFECTS: list[tuple[str, str | None, Callable[[Row], Row]]] = [
    ("field_count_mismatch", None, lambda row: [*row, "more"]),
    ("field_count_mismatch", None, lambda row: row[:-1]),
    ("invalid_characters", None, changed("zone", "a\0b")),
    ("field_too_long", None, changed("zone", "z" * 2001)),
    ("field_too_long", None, changed("site_id", "ß" * 501)),
    ("missing_value", "timestamp", changed("timestamp", " ")),
    ("missing_value", "person_id", changed("person_id", "")),
    ("missing_value", "camera_id", changed("camera_id", "")),
    ("missing_value", "event_type", changed("event_type", "")),
    ("ambiguous_timestamp", "timestamp", changed("timestamp", "01/02/2026 10:00")),
    ("nonexistent_local_time", "timestamp", changed("timestamp", "2026-03-29 02:30")),
    ("unparseable_timestamp", "timestamp", changed("timestamp", "now")),
    ("timestamp_out_of_range", "timestamp", changed("timestamp", "1999-12-31T23:59:59Z")),
    ("unknown_event_type", "event_type", changed("event_type", "teleport")),
]


def verdicts(
    judge: Gate, folder: Path, rows: Sequence[Row], tally: Tally | None = None
) -> list[tuple[str, str | None] | None]:
    """Give reason code and column of each row, None for a good one."""
    path = folder / "rows.csv"
    path.write_text("".join(",".join(row) + "\n" for row in [COLUMNS, *rows]))
    source = CsvFile(path)
    layout = Layout.of(source.header, SourceProfiles().of(path.name), "Europe/Berlin")
    [chunk] = source.chunks(1000)
    found: list[tuple[str, str | None] | None] = [None] * len(chunk)
    [verdict] = judge.row_verdicts([layout.candidates(chunk)], EARLIEST, LATEST)
    if tally is not None:
        tally.update(verdict.tally)
    for failure in verdict.failures:
        column = None if failure.check.column == "*" else failure.check.column
        found[failure.position] = failure.check.reason_code, column
    return found


def test_a_good_row_passes_beside_one_of_each_defect(judge: Gate, tmp_path: Path) -> None:
    rows = [GOOD, *(spoil(GOOD) for _, _, spoil in DEFECTS), GOOD]
    expected = [None, *((code, column) for code, column, _ in DEFECTS), None]
    assert verdicts(judge, tmp_path, rows) == expected
    assert {code for code, _, _ in DEFECTS} == set(ROW_REASONS)


def test_of_two_defects_the_first_of_the_suite_is_the_reason(judge: Gate, tmp_path: Path) -> None:
    rows, expected = [], []
    for (code, column, spoil), (_, _, spoil_too) in combinations(DEFECTS, 2):
        row = spoil(spoil_too(GOOD))
        if row == spoil_too(spoil(GOOD)):  # neither undoes the other
            rows.append(row)
            expected.append((code, column))
    assert len(rows) > 40
    assert verdicts(judge, tmp_path, rows) == expected


@pytest.mark.parametrize(
    ("timestamp", "is_good"),
    [
        ("2000-01-01T00:00:00Z", True),
        ("2000-01-01 00:59:59.999999", False),  # Berlin is an hour ahead
        ("2027-01-01T00:00:00Z", True),
        ("2027-01-01T00:00:00.000001Z", False),
        ("9999-12-31T23:59:59-12:00", False),
        ("0001-01-01T00:00:00+14:00", False),
        ("-99999999999", False),
        ("0", False),
    ],
)
def test_the_bounds_of_time_are_exact(
    judge: Gate, tmp_path: Path, timestamp: str, *, is_good: bool
) -> None:
    row = changed("timestamp", timestamp)(GOOD)
    expected = None if is_good else ("timestamp_out_of_range", "timestamp")
    assert verdicts(judge, tmp_path, [row]) == [expected]


@pytest.mark.parametrize(("length", "is_good"), [(2000, True), (2001, False)])
def test_the_bound_of_length_is_exact(
    judge: Gate, tmp_path: Path, length: int, *, is_good: bool
) -> None:
    row = changed("zone", "z" * length)(GOOD)
    expected = None if is_good else ("field_too_long", None)
    assert verdicts(judge, tmp_path, [row]) == [expected]


@pytest.mark.parametrize("column", KEY_COLUMNS)
def test_the_bound_of_what_indexes_hold_is_exact(judge: Gate, tmp_path: Path, column: str) -> None:
    rows = [changed(column, f" {'ß' * 500}{more} ")(GOOD) for more in ("", "s")]
    assert verdicts(judge, tmp_path, rows) == [None, ("field_too_long", None)]


@pytest.mark.parametrize("error", [MemoryError, ZeroDivisionError])
def test_a_check_that_cannot_be_made_passes_no_row(
    judge: Gate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: type[Exception]
) -> None:
    """Great Expectations tells what a metric raises in its result, and goes on."""

    def fail(*_: object, **__: object) -> None:
        message = "no room"
        raise error(message)

    monkeypatch.setattr(pd.Series, "isin", fail)
    raised = MemoryError if error is MemoryError else RuntimeError
    with pytest.raises(raised, match="no room"):
        verdicts(judge, tmp_path, [GOOD])


def test_every_check_is_counted(judge: Gate, tmp_path: Path) -> None:
    tally = Tally()
    rows = [GOOD] * 3 + [changed("event_type", "jump")(GOOD)] * 2
    verdicts(judge, tmp_path, rows, tally)
    checks = {check.name for check in judge.checks if check.scope == "row"}
    assert dict(tally.judged) == dict.fromkeys(checks, 5)
    assert +tally.failed == {"event_types_are_known": 2}


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from([None, *range(len(DEFECTS))]), min_size=1, max_size=30))
def test_a_row_is_judged_by_itself(
    judge: Gate, tmp_path_factory: pytest.TempPathFactory, chosen: list[int | None]
) -> None:
    """Whatever stands around it, and wherever in the chunk: good rows pass, bad ones do not."""
    folder = tmp_path_factory.getbasetemp()
    rows = [GOOD if kind is None else DEFECTS[kind][2](GOOD) for kind in chosen]
    expected = [None if kind is None else DEFECTS[kind][:2] for kind in chosen]
    assert verdicts(judge, folder, rows) == expected


NEEDED = ["timestamp", "person_id", "camera_id", "event_type"]
HEADERS: list[tuple[list[str], str | None]] = [
    (NEEDED, None),
    ([*reversed(NEEDED), "", ""], None),
    ([], "empty_file"),
    ([*NEEDED, "zo\N{REPLACEMENT CHARACTER}e"], "undecodable"),
    ([*NEEDED, *(f"x{number}" for number in range(5))], "too_many_columns"),
    ([*NEEDED, "notes; other"], None),
    (["timestamp:person_id:camera_id:event_type"], "unsupported_delimiter"),
    (["timestamp zone person_id"], "unsupported_delimiter"),
    (["timestamp^person_id", "zone"], "unsupported_delimiter"),
    (NEEDED[:3], "missing_columns"),
    (["person", "time"], "missing_columns"),
    ([*NEEDED, "zone", "zone"], "duplicate_columns"),
    # The first of the suite is the reason:
    (["\N{REPLACEMENT CHARACTER}PNG", "a;b"], "undecodable"),
    ([f"a;{number}" for number in range(9)], "too_many_columns"),
    (["person_id", "person_id"], "missing_columns"),
]


@pytest.mark.parametrize(("header", "reason_code"), HEADERS)
def test_a_header_passes_or_has_one_reason(
    judge: Gate, header: list[str], reason_code: str | None
) -> None:
    failure = judge.header_failure(header, Tally())
    assert (failure and failure.reason_code) == reason_code


@pytest.mark.parametrize(
    ("read", "rejected", "reason_code"),
    [
        (0, 0, "empty_file"),
        (1, 0, None),
        (2, 1, None),
        (1000, 501, "too_many_rejected_rows"),
        (1, 1, "too_many_rejected_rows"),
    ],
)
def test_a_file_is_judged_by_what_became_of_its_rows(
    judge: Gate, read: int, rejected: int, reason_code: str | None
) -> None:
    failure = judge.outcome_failure(read, rejected, Tally())
    assert (failure and failure.reason_code) == reason_code
