"""The ledger as a person wants to see it: a line a file."""

from dataclasses import dataclass

import psycopg

LINES = """
select
    file_name, status, rows_read, rows_loaded, rows_rejected, reason,
    validation -> 'reasons' as reasons
from raw.loads
where %(run_id)s::text is null or run_id = %(run_id)s
order by load_id desc
limit %(limit)s
"""


@dataclass(frozen=True)
class LoadedFile:
    """What became of one file; `reasons` counts its rejected rows."""

    file_name: str
    status: str
    rows_read: int
    rows_loaded: int
    rows_rejected: int
    reason: str | None
    reasons: dict[str, int] | None

    @property
    def is_in_warehouse(self) -> bool:
        """Whether the file's content is in the warehouse, by this load or an earlier one."""
        return self.status in {"loaded", "duplicate"}

    def __str__(self) -> str:
        counts = (
            f"{self.file_name}: {self.status}, {self.rows_read:,} rows read, "
            f"{self.rows_loaded:,} loaded, {self.rows_rejected:,} rejected"
        )
        if self.reason:
            return f"{counts}\n  {self.reason}"
        if self.reasons:
            named = ", ".join(f"{count} {reason}" for reason, count in self.reasons.items())
            return f"{counts} ({named})"
        return counts


def ledger_lines(
    connection: psycopg.Connection, run_id: str | None = None, limit: int | None = None
) -> list[LoadedFile]:
    """Give the last `limit` lines of a run, or of all runs, in the order of their load."""
    rows = connection.execute(LINES, {"run_id": run_id, "limit": limit}).fetchall()
    return [LoadedFile(*row) for row in reversed(rows)]
