"""Histories side by side are told as each of them would be alone."""

from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.reference.histories import histories
from tests.reference.history import History, side_by_side
from tests.reference.stories import story
from tests.reference.warehouse import modelled

FEW = settings(max_examples=30, deadline=None)


def test_names_and_loads_are_told_apart() -> None:
    rows = story("p s/a 10:00\nq b 11:00")
    later = [replace(row, load_id=2) for row in rows]
    both = side_by_side([History({"s": "UTC"}, [[rows], [later]]), History({"s": "UTC"}, [[rows]])])
    assert both.timezones == {"s.0": "UTC", "s.1": "UTC"}
    assert [[file[0].load_id for file in batch] for batch in both.batches] == [[1, 3], [2]]
    assert {(row.person_id, row.camera_id, row.site_id) for row in both.rows} == {
        ("0.p", "a.0", "s.0"),
        ("0.q", "b.0", None),
        ("1.p", "a.1", "s.1"),
        ("1.q", "b.1", None),
    }


@given(told=st.lists(histories(max_stories=6), min_size=2, max_size=3))
@FEW
def test_nothing_is_lost_or_mixed(told: list[History]) -> None:
    both = side_by_side(told)
    files = Counter(file[0].load_id for file in both.files)
    assert files == Counter(range(1, sum(len(one.files) for one in told) + 1))
    whole = modelled(both.rows, both.timezones)
    alone = [modelled(one.rows, one.timezones) for one in told]
    for table in ("fct_events", "fct_sessions", "fct_visits", "dim_persons", "agg_person_hourly"):
        assert len(whole[table]) == sum(len(marts[table]) for marts in alone)
    dwells = Counter(visit.duration_seconds for visit in whole["fct_visits"])
    assert dwells == Counter(
        visit.duration_seconds for marts in alone for visit in marts["fct_visits"]
    )
