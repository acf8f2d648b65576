"""Lets months of raw go that are older than the operator wants to keep; the marts stay.

Run it after a publication. The data clock says what is old, so a month can fall due only when newer
events have been published, and a warehouse that gets no files keeps what it has.
"""

import time
from dataclasses import dataclass
from datetime import date, timedelta

import psycopg

from orchestration.lib.statements import statement

# The next build waits meanwhile; what is left then is due again after it.
SECONDS = 5.0


@dataclass(frozen=True)
class MonthLetGo:
    """A month of `raw.camera_events` that has been emptied, and how many rows it had."""

    month: date
    rows: int

    def __str__(self) -> str:
        return f"{self.rows:,} rows of {self.month:%Y-%m}"


def months_let_go(connection: psycopg.Connection, days: int) -> list[MonthLetGo]:
    """Empty and drop the months that ended more than `days` before the data clock.

    Call it within the build's turn, with a connection of the role transformer. A month that is in
    use, or holds a load that no version does, stays until the next call. A month is a transaction.
    """
    age = timedelta(days=days)
    due = [month for (month,) in connection.execute(statement("months_due"), [age])]
    if not due:
        return []
    give_up_at = time.monotonic() + SECONDS
    gone = []
    for month in due:
        rows = _rows_let_go(connection, month)
        gone.extend([MonthLetGo(month, rows)] if rows else [])
        if time.monotonic() > give_up_at:
            break
    connection.execute("select raw.drop_empty_months(%s)", [max(due) + timedelta(days=1)])
    return gone


def _rows_let_go(connection: psycopg.Connection, month: date) -> int | None:
    row = connection.execute("select raw.let_go_of_month(%s)", [month]).fetchone()
    return row[0] if row else None
