"""The ledger as a person wants to see it: a line a file."""

from dataclasses import dataclass

import psycopg
from psycopg.rows import class_row

from orchestration.lib.loading.ledger import IN_WAREHOUSE, LoadStatus
from orchestration.lib.statements import statement


@dataclass(frozen=True)
class LoadedFile:
    """What became of one file, or how far it is; `reasons` counts its rejected rows."""

    load_id: int
    file_name: str
    status: LoadStatus
    rows_read: int
    rows_loaded: int
    rows_rejected: int
    reason: str | None
    reasons: dict[str, int] | None
    percent: int
    rows_per_second: float | None

    @property
    def is_in_warehouse(self) -> bool:
        """Whether the file's content is in the warehouse, by this load or an earlier one."""
        return self.status in IN_WAREHOUSE

    def __str__(self) -> str:
        if self.status == "loading":
            rate = f", {self.rows_per_second:,.0f} a second" if self.rows_per_second else ""
            return (
                f"{self.file_name}: loading, {self.percent} %, {self.rows_read:,} rows read{rate}"
            )
        counts = (
            f"{self.file_name}: {self.status}, {self.rows_read:,} rows read, "
            f"{self.rows_loaded:,} loaded, {self.rows_rejected:,} rejected"
        )
        if self.reason:
            return f"{counts}\n  {self.reason}"
        if self.reasons:
            named = ", ".join(f"{count} {reason}" for reason, count in self.reasons.items())
            return f"{counts} ({named})\n  To mend those rows: dwellhouse rejected {self.load_id}"
        return counts


def ledger_lines(
    connection: psycopg.Connection, run_id: str | None = None, limit: int | None = None,
    file_name: str | None = None, sha256: str | None = None, after: int = 0,
) -> list[LoadedFile]:  # fmt: skip
    """Give the last `limit` lines of a run, a name, a content, or all; those that load come last.

    `after` leaves out loads up to that number.
    """
    chosen = {
        "run_id": run_id, "limit": limit, "file_name": file_name, "sha256": sha256, "after": after,
    }  # fmt: skip
    with connection.cursor(row_factory=class_row(LoadedFile)) as cursor:
        return cursor.execute(statement("ledger_lines"), chosen).fetchall()[::-1]
