"""What Dagster's UI shows of a batch: counts, reasons, a table, and the gate's checks."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import dagster as dg

from expectations.checks import FILE_CHECKS, ROW_CHECKS
from expectations.verdict import Tally
from orchestration.lib.loading.ledger import IN_WAREHOUSE
from orchestration.lib.loading.load_outcome import LoadOutcome

TABLE_ROWS = 50
# Of the outcome: what cannot be read to its end comes before no expectation.
FILES_ARE_TAKEN = "files_are_taken"


def batch_metadata(outcomes: Sequence[LoadOutcome]) -> Mapping[str, dg.MetadataValue]:
    """Give what the batch came to: rows read, loaded and rejected, by reason and by file."""
    reasons: Counter[str] = Counter()
    for outcome in outcomes:
        reasons.update(outcome.reasons)
    totals = {
        "rows_read": sum(outcome.counts.rows_read for outcome in outcomes),
        "rows_loaded": sum(outcome.counts.rows_loaded for outcome in outcomes),
        "rows_rejected": sum(outcome.counts.rows_rejected for outcome in outcomes),
    }
    statuses: Counter[str] = Counter(outcome.status for outcome in outcomes)
    return {
        **{name: dg.MetadataValue.int(total) for name, total in totals.items()},
        "files": dg.MetadataValue.json(dict(statuses)),
        "rejected_by_reason": dg.MetadataValue.json(dict(reasons)),
        "report": dg.MetadataValue.md(_table(outcomes)),
    }


def check_results(outcomes: Sequence[LoadOutcome]) -> Iterator[dg.AssetCheckResult]:
    """Give a result for each check of the gate, and for the files as such, over the batch.

    A rejected row is set aside and reported, so its check warns; a rejected file is an error.
    """
    yield _files_are_taken(outcomes)
    tally = Tally()
    for outcome in outcomes:
        tally.update(outcome.tally)
    for asset, names, severity in (
        ("raw_loads", FILE_CHECKS, dg.AssetCheckSeverity.ERROR),
        ("raw_camera_events", ROW_CHECKS, dg.AssetCheckSeverity.WARN),
    ):
        for name in names:
            failed = tally.failed[name]
            yield dg.AssetCheckResult(
                asset_key=asset, check_name=name, passed=not failed, severity=severity,
                metadata={"judged": tally.judged[name], "failed": failed},
            )  # fmt: skip


def _files_are_taken(outcomes: Sequence[LoadOutcome]) -> dg.AssetCheckResult:
    refused = {one.file_name: one.reason for one in outcomes if one.status not in IN_WAREHOUSE}
    return dg.AssetCheckResult(
        asset_key="raw_loads", check_name=FILES_ARE_TAKEN, passed=not refused,
        metadata={
            "judged": len(outcomes), "failed": len(refused),
            "refused": dg.MetadataValue.json(dict(list(refused.items())[:TABLE_ROWS])),
        },
    )  # fmt: skip


def _table(outcomes: Sequence[LoadOutcome]) -> str:
    lines = ["| file | status | read | loaded | rejected | reason |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {_cell(outcome.file_name)} | {outcome.status} | {outcome.counts.rows_read:,} "
        f"| {outcome.counts.rows_loaded:,} | {outcome.counts.rows_rejected:,} "
        f"| {_cell(outcome.reason or _counted(outcome.reasons))} |"
        for outcome in outcomes[:TABLE_ROWS]
    ]
    if len(outcomes) > TABLE_ROWS:
        lines.append(f"| … and {len(outcomes) - TABLE_ROWS} more | | | | | |")
    return "\n".join(lines)


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _counted(reasons: Counter[str]) -> str:
    return ", ".join(f"{count} {reason}" for reason, count in reasons.most_common())
