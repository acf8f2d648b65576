"""What lies in quarantine is listed and explained from the files alone."""

import json
from pathlib import Path

import pytest

from orchestration.commands.quarantine import (
    NotInQuarantineError,
    quarantined_file,
    quarantined_files,
)
from orchestration.lib.landing.landing_files import Landing

TOLD = {
    "file_name": "a.csv",
    "load_id": 7,
    "reason_code": "too_many_rejected_rows",
    "reason": "Too large a share of the rows is unusable.",
    "rows_read": 4,
    "rejected_rows_by_reason": {"missing_value": 2, "unparseable_timestamp": 1},
    "examples": [
        {"line_number": 3, "reason_code": "missing_value", "column_name": "person_id",
         "value": None, "raw_line": "2026-05-01 10:00,,c,entry"},
        {"line_number": 4, "reason_code": "field_count_mismatch", "column_name": None,
         "value": None, "raw_line": "x"},
    ],
}  # fmt: skip


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    landing = Landing(tmp_path)
    landing.quarantine.mkdir()
    return landing


def put(landing: Landing, name: str, told: object = None) -> None:
    (landing.quarantine / name).write_text("x")
    if told is not None:
        (landing.quarantine / f"{name}.reason.json").write_text(json.dumps(told))


def test_an_empty_quarantine_and_a_missing_one_hold_nothing(landing: Landing) -> None:
    assert quarantined_files(landing) == []
    landing.quarantine.rmdir()
    assert quarantined_files(landing) == []


def test_files_are_listed_with_number_and_reason_and_reasons_are_no_files(landing: Landing) -> None:
    put(landing, "a.csv", TOLD)
    put(landing, "unexplained.csv")
    put(landing, "broken.csv", [])
    (landing.quarantine / "gone.csv.reason.json").write_text("{}")
    files = {file.path.name: file for file in quarantined_files(landing)}
    assert files.keys() == {"a.csv", "unexplained.csv", "broken.csv"}
    assert files["a.csv"].heading.endswith(", load 7, too_many_rejected_rows")
    assert files["a.csv"].reason == TOLD["reason"]
    assert files["unexplained.csv"].reason.startswith("No reason lies beside it")
    assert files["broken.csv"].explained(landing.folder)


def test_one_is_explained_with_examples_and_what_to_do(landing: Landing) -> None:
    put(landing, "a.csv", TOLD)
    heading, *lines = quarantined_file(landing, "a.csv").explained(landing.folder).splitlines()
    assert heading.startswith("a.csv: 20")
    assert lines == [
        "  Too large a share of the rows is unusable.",
        "  4 rows read; unusable: 2 missing_value, 1 unparseable_timestamp. For example:",
        "  line 3, missing_value in person_id: 2026-05-01 10:00,,c,entry",
        "  line 4, field_count_mismatch: x",
        f"Mend {landing.quarantine / 'a.csv'} and drop it into {landing.folder} again.",
        "Or, once a setting that was wrong is right: dwellhouse replay 7",
    ]


def test_of_a_row_that_is_long_the_beginning_is_shown(landing: Landing) -> None:
    example = {"line_number": 3, "reason_code": "field_too_long", "raw_line": "x" * 5_000_000}
    put(landing, "a.csv", {**TOLD, "examples": [example]})
    shown = quarantined_file(landing, "a.csv").explained(landing.folder)
    assert "  line 3, field_too_long: xxx" in shown
    assert "x… (one of 5,000,000 characters)\n" in shown
    assert len(shown) < 1000


def test_a_wrong_name_is_told_with_the_nearest(landing: Landing) -> None:
    put(landing, "march.csv")
    with pytest.raises(NotInQuarantineError, match=r"did you mean march\.csv\?"):
        quarantined_file(landing, "march.cvs")
    with pytest.raises(NotInQuarantineError, match="dwellhouse quarantine list shows all"):
        quarantined_file(landing, "other")
