"""Made-up events put straight into raw by SQL: many days in a short time, but no files."""

from pathlib import Path

import psycopg
from psycopg import sql

ROWS_A_VISIT = 8
MONTHS = Path(__file__).with_name("made_up_months.sql")
SCRIPTS = [Path(__file__).with_name(name) for name in ("made_up_loads.sql", "made_up_events.sql")]


def load_days(
    connection: psycopg.Connection, first_day: int, last_day: int, rows_a_day: int,
    first_visit: int = 0,
) -> None:  # fmt: skip
    """Commit a load a day; other visits of a day that has been loaded have another first number."""
    chosen = {
        "first_day": first_day, "last_day": last_day, "first_visit": first_visit,
        "visits": rows_a_day // ROWS_A_VISIT,
    }  # fmt: skip
    with connection.transaction():
        connection.execute(sql.SQL(MONTHS.read_text("utf-8")), chosen)
        for script in SCRIPTS:
            connection.execute(sql.SQL(script.read_text("utf-8")), chosen)
