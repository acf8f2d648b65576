"""What the demo says of checks is true whichever of them failed."""

from expectations.checks import FILE_CHECKS, ROW_CHECKS
from orchestration.commands.demo_report import told_checks

EXPLAINED = "Those that failed are about the rows that were set aside."


def test_checks_are_counted_by_how_they_ended() -> None:
    assert told_checks({"SUCCEEDED": ["a", "b"]}) == "Checks: 2 succeeded."


def test_failed_checks_of_rows_are_explained() -> None:
    told = told_checks({"FAILED": list(ROW_CHECKS[:2]), "SUCCEEDED": ["a"]})
    assert told == f"Checks: 2 failed, 1 succeeded. {EXPLAINED}"


def test_other_failed_checks_are_not_explained_away() -> None:
    told = told_checks({"FAILED": [ROW_CHECKS[0], FILE_CHECKS[0]]})
    assert told == "Checks: 2 failed."
