"""What Dagster's UI shows of a batch tells of each file that was not taken, whatever the reason."""

from collections import Counter
from collections.abc import Sequence

import dagster as dg
import pytest

from expectations.reasons import FILE_REASONS
from expectations.verdict import Tally
from orchestration.defs.ingestion.report import FILES_ARE_TAKEN, check_results
from orchestration.lib.loading.ledger import Counts, LoadStatus
from orchestration.lib.loading.load_outcome import LoadOutcome


def outcome(name: str, status: LoadStatus, reason_code: str | None = None) -> LoadOutcome:
    reason = FILE_REASONS.get(reason_code or "", reason_code)
    return LoadOutcome(1, name, status, Counts(), Counter(), Tally(), reason_code, reason)


def files_are_taken(outcomes: Sequence[LoadOutcome]) -> dg.AssetCheckResult:
    (result,) = (one for one in check_results(outcomes) if one.check_name == FILES_ARE_TAKEN)
    return result


@pytest.mark.parametrize(
    ("status", "code"),
    [*(("rejected", code) for code in FILE_REASONS), ("failed", "given_up")],
)
def test_a_file_that_is_not_taken_fails_a_check(status: LoadStatus, code: str) -> None:
    result = files_are_taken([outcome("good.csv", "loaded"), outcome("bad.csv", status, code)])
    assert not result.passed
    assert result.severity is dg.AssetCheckSeverity.ERROR
    assert result.metadata["failed"].value == 1
    assert "bad.csv" in str(result.metadata["refused"].value)


def test_files_that_are_taken_pass_and_so_does_no_file() -> None:
    taken = [outcome("a.csv", "loaded"), outcome("b.csv", "duplicate")]
    assert files_are_taken(taken).passed
    assert files_are_taken([]).passed
