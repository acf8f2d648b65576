"""The comparison of marts with the plain-Python model sees what is different."""

from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

import pytest

from tests.integration.marts_comparison import Row, first_difference

AT = datetime(2026, 1, 5, tzinfo=UTC)
COLUMNS = ["person_id", "entry_at", "events", "dwell_seconds"]
TOLD: list[Row] = [("p", AT, 1, Fraction(1, 3)), ("q", AT, 2, None)]


def difference(*found: Row) -> str | None:
    return first_difference(COLUMNS, list(found), TOLD)


def test_order_zones_and_last_digits_are_no_difference() -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=5)))
    assert difference(("q", elsewhere, 2, None), ("p", AT, 1, 1 / 3 + 1e-16)) is None


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([("p", AT, 1, 1 / 3)], "1 rows, 2 expected; missing [('q', '2026-01-05T00:00:00+00:00')]"),
        ([("p", AT, 1, 1 / 3), ("q", AT, 2, None), ("q", AT, 2, None)], "3 rows, 2 expected"),
        ([("p", AT, 1, 1 / 3), ("r", AT, 2, None)], "surplus [('r', '2026-01-05T00:00:00+00:00')]"),
        ([("p", AT, 1, 0.333), ("q", AT, 2, None)], "dwell_seconds is 0.333, expected 0.333333"),
        ([("p", AT, 1, None), ("q", AT, 2, None)], "dwell_seconds is None, expected 0.333333"),
        ([("p", AT, 1, 1 / 3), ("q", AT, 2, 0.0)], "dwell_seconds is 0.0, expected None"),
        ([("p", AT, 1.0, 1 / 3), ("q", AT, 2, None)], "events is 1.0, expected 1"),
    ],
)
def test_it_names_the_first_difference(found: list[Row], said: str) -> None:
    told = difference(*found)
    assert told is not None
    assert said in told
