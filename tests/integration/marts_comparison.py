"""The tables of `marts`, held to the rows that the plain-Python model tells."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from fractions import Fraction
from math import isclose
from typing import get_args, get_type_hints

import psycopg

from tests.reference.warehouse import Marts, rows_of

Row = Sequence[object]

# What the model knows by natural keys is reached by ids here, so that wrong ids show.
JOINED = {
    "fct_events": """
        select {columns} from marts.fct_events as own
        left join marts.fct_sessions as sessions using (session_id, person_id, camera_id, site_id)
    """,
    "fct_orphan_exits": """
        select {columns} from marts.fct_orphan_exits as own
        left join marts.fct_events as events using (event_id, camera_id, site_id)
    """,
}
ELSEWHERE = {
    ("fct_events", "entry_at"): "sessions.entry_at",
    ("fct_events", "dwell_seconds"): "own.dwell_seconds",
    ("fct_orphan_exits", "person_id"): "events.person_id",
}
IDS = {
    "fct_events": "event_id",
    "fct_sessions": "session_id",
    "fct_orphan_exits": "event_id",
    "fct_visits": "visit_id",
}
TABLES = tuple(get_type_hints(Marts))


def assert_marts_equal(
    connection: psycopg.Connection, wanted: Marts, tables: Iterable[str] = TABLES
) -> None:
    """Compare tables with the model's, row by row and type by type; name the first difference.

    A double may differ from the exact number in its last digits. `load_id` of the model's rows must
    be that of the warehouse.
    """
    for table in tables:
        columns = columns_of(table)
        found = connection.execute(query(table, columns)).fetchall()
        told = [tuple(getattr(row, name) for name in columns) for row in rows_of(wanted, table)]
        difference = first_difference(columns, found, told)
        assert difference is None, f"{table}: {difference}"
        assert not repeated_ids(connection, table), f"{table} repeats an id"


def columns_of(table: str) -> list[str]:
    """Give the columns that the model knows of a table."""
    (row_type,) = get_args(get_type_hints(Marts)[table])
    return [field.name for field in fields(row_type)]


def query(table: str, columns: Sequence[str]) -> str:
    """Give the statement that reads a table's columns in that order."""
    expressions = ", ".join(ELSEWHERE.get((table, name), name) for name in columns)
    return JOINED.get(table, f"select {{columns}} from marts.{table}").format(columns=expressions)


def repeated_ids(connection: psycopg.Connection, table: str) -> bool:
    """Tell whether two rows of a table have one id, or one has none."""
    if table not in IDS:
        return False
    answer = connection.execute(
        f"select count(*) <> count(distinct {IDS[table]}) from marts.{table}"
    ).fetchone()
    return answer is None or bool(answer[0])


def first_difference(
    columns: Sequence[str], found: Sequence[Row], told: Sequence[Row]
) -> str | None:
    """Say what is different, None if nothing is; rows may come in any order."""
    missing = sorted({key(row) for row in told} - {key(row) for row in found})
    surplus = sorted({key(row) for row in found} - {key(row) for row in told})
    if missing or surplus or len(found) != len(told):
        counts = f"{len(found)} rows, {len(told)} expected"
        return f"{counts}; missing {missing[:2]}, surplus {surplus[:2]}, of {list(columns)}"
    for actual, expected in zip(sorted(found, key=key), sorted(told, key=key), strict=True):
        for name, one, other in zip(columns, actual, expected, strict=True):
            if not same(one, other):
                return f"{name} is {one!r}, expected {readable(other)!r}, in {key(actual)}"
    return None


def key(row: Row) -> tuple[str, ...]:
    """Give the row's texts and instants, which tell it from all others of its table."""
    return tuple(
        value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
        for value in row
        if isinstance(value, str | datetime)
    )


def same(actual: object, expected: object) -> bool:
    """Tell whether a value of the warehouse is the model's."""
    if isinstance(expected, Fraction):
        return isinstance(actual, float) and isclose(
            actual, float(expected), rel_tol=1e-12, abs_tol=1e-9
        )
    if isinstance(expected, tuple):
        return actual == list(expected)
    return type(actual) is type(expected) and actual == expected


def readable(value: object) -> object:
    """Give a number as the warehouse writes it."""
    return float(value) if isinstance(value, Fraction) else value
