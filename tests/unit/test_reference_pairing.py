"""The plain-Python model against the rules as they are written, case by case."""

from datetime import UTC, datetime, timedelta

import pytest

from tests.reference.events import Event, RawRow, distinct_events
from tests.reference.pairing import paired

DAY = datetime(2026, 1, 5, tzinfo=UTC)
Case = tuple[str, list[tuple[str, float]], list[tuple[float, str, float | None]], list[float]]

# Events as (type, hour); sessions as (entry, status, exit); orphans as hours.
CASES: list[Case] = [
    ("none open, entry", [("entry", 1)], [(1, "open", None)], []),
    ("none open, exit", [("exit", 1)], [], [1]),
    ("open, entry", [("entry", 1), ("entry", 2)],
     [(1, "missing_exit", None), (2, "open", None)], []),
    ("open, exit", [("entry", 1), ("exit", 2)], [(1, "closed", 2)], []),
    ("open, exit after exactly a day", [("entry", 1), ("exit", 25)], [(1, "closed", 25)], []),
    ("open, exit after more", [("entry", 1), ("exit", 25.5)], [(1, "timed_out", None)], [25.5]),
    ("open for a day", [("entry", 1), ("loiter", 25)], [(1, "open", None)], []),
    ("open for more", [("entry", 1), ("loiter", 25.5)], [(1, "timed_out", None)], []),
    ("other types do not pair", [("entry", 1), ("crowd", 2), ("exit", 3)], [(1, "closed", 3)], []),
    ("a missed exit shifts nothing",
     [("entry", 1), ("entry", 2), ("exit", 3), ("entry", 4), ("exit", 5)],
     [(1, "missing_exit", None), (2, "closed", 3), (4, "closed", 5)], []),
    ("both at once, none open", [("exit", 1), ("entry", 1)], [(1, "closed", 1)], []),
    ("both at once, open", [("entry", 1), ("entry", 2), ("exit", 2)],
     [(1, "closed", 2), (2, "open", None)], []),
    ("both at once, open for too long", [("entry", 1), ("entry", 30), ("exit", 30)],
     [(1, "timed_out", None), (30, "open", None)], [30]),
    ("both at once, twice", [("entry", 1), ("exit", 1), ("exit", 2), ("entry", 2)],
     [(1, "closed", 1), (2, "closed", 2)], []),
]  # fmt: skip


def at(hour: float) -> datetime:
    return DAY + timedelta(hours=hour)


def events(told: list[tuple[str, float]]) -> list[Event]:
    return distinct_events(RawRow(1, at(hour), "p", "c", kind) for kind, hour in told)


@pytest.mark.parametrize(
    ("told", "sessions", "orphans"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_pairing(
    told: list[tuple[str, float]],
    sessions: list[tuple[float, str, float | None]],
    orphans: list[float],
) -> None:
    for order in (told, told[::-1]):
        found, lost = paired(events(order))
        assert [(one.entry_at, one.session_status, one.exit_at) for one in found] == [
            (at(entry), status, None if leave is None else at(leave))
            for entry, status, leave in sessions
        ]
        assert [one.exit_at for one in lost] == [at(hour) for hour in orphans]


def test_the_same_row_twice_is_one_event() -> None:
    first = RawRow(2, DAY, "p", "c", "entry", age_group="b", gender=" Unknown ", zone="z")
    again = RawRow(1, DAY, "p", "c", "entry", age_group="B", gender=None)
    (event,) = distinct_events([first, again])
    assert (event.load_id, event.age_group, event.gender, event.zone) == (1, "B", None, "z")
