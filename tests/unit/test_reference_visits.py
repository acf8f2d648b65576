"""The plain-Python model of visits and transitions, case by case."""

import pytest

from tests.reference.events import RawRow
from tests.reference.stories import columns, instant, story
from tests.reference.visits import FctVisit
from tests.reference.warehouse import modelled

TUESDAY = "2026-01-06"


def visits(text: str) -> list[FctVisit]:
    return sorted(modelled(story(text), {})["fct_visits"], key=lambda visit: visit.started_at)


def spans(text: str) -> list[tuple[object, ...]]:
    return columns(visits(text), "started_at", "ended_at")


def span(start: str, end: str) -> tuple[object, ...]:
    return instant(start), instant(end)


def test_a_gap_of_exactly_three_hours_is_one_visit() -> None:
    assert spans("p s/a 10:00..11:00 14:00..14:30") == [span("10:00", "14:30")]
    assert spans("p s/a 10:00..11:00 14:00:00.000001..14:30") == [
        span("10:00", "11:00"),
        span("14:00:00.000001", "14:30"),
    ]


def test_the_gap_counts_from_the_latest_end_so_far() -> None:
    assert spans("p s/a 08:00..15:00\np s/b 09:00..09:10\np s/b 17:00..17:10") == [
        span("08:00", "17:10")
    ]


def test_entries_and_exits_that_nothing_closes_are_instants_of_a_visit() -> None:
    (visit,) = visits("p s/a 10:00..\np s/b ..12:30\np s/c 15:00..15:10")
    assert (visit.started_at, visit.ended_at) == span("10:00", "15:10")
    assert (visit.session_count, visit.camera_count, visit.duration_seconds) == (2, 3, 18600)
    assert spans("p s/a 10:00..\np s/b 15:00..15:10") == [
        span("10:00", "10:00"),
        span("15:00", "15:10"),
    ]


def test_other_events_are_no_visit() -> None:
    assert visits("p s/a 10:00") == []
    assert spans("p s/a 10:00..10:30 12:00 15:00..15:10") == [
        span("10:00", "10:30"),
        span("15:00", "15:10"),
    ]


def test_a_late_event_bridges_two_visits() -> None:
    apart = "p s/a 10:00..10:30 15:00..15:10"
    assert len(visits(apart)) == 2
    assert spans(f"{apart}\np s/b 12:30..") == [span("10:00", "15:10")]


def test_a_visit_is_of_one_person_at_one_site() -> None:
    found = visits("p s/a 10:00..10:30\np t/b 10:40..10:50\nq s/a 10:10..10:20")
    assert {(visit.person_id, visit.site_id) for visit in found} == {
        ("p", "s"),
        ("p", "t"),
        ("q", "s"),
    }


def test_first_and_last_camera_go_by_start_then_camera() -> None:
    (visit,) = visits("p s/b 10:00..12:00\np s/a 10:00..10:30\np s/c 11:00..11:10")
    assert (visit.first_camera_id, visit.last_camera_id, visit.camera_count) == ("a", "c", 3)
    (visit,) = visits("p s/b 10:00..12:00\np s/é 11:00..11:10\np s/z 11:00..11:10")
    assert visit.last_camera_id == "é"


@pytest.mark.parametrize(
    ("text", "returning"),
    [
        ("p s/a 08:00..08:10 20:00..20:10", [False, False]),
        (f"p s/a 08:00..08:10 {TUESDAY}T08:00..{TUESDAY}T08:10", [False, True]),
        (f"p s/a 23:00..{TUESDAY}T01:00 {TUESDAY}T10:00..", [False, True]),
        (f"p s/a 08:00..08:10\np t/b {TUESDAY}T08:00..{TUESDAY}T08:10", [False, False]),
    ],
)
def test_a_visit_returns_if_there_is_one_on_an_earlier_day(
    text: str, returning: list[bool]
) -> None:
    assert [visit.is_returning for visit in visits(text)] == returning


def test_days_of_returning_are_the_sites() -> None:
    rows = story("p s/a 08:00..08:10 20:00..20:10")  # 03:00 and 15:00 UTC-5: one day there
    marts = modelled(rows, {"s": "America/New_York"})
    assert [visit.is_returning for visit in marts["fct_visits"]] == [False, False]
    marts = modelled(rows, {"s": "Pacific/Auckland"})  # 21:00, and 09:00 of the next day
    assert columns(marts["fct_visits"], "started_at", "is_returning") == [
        (instant("08:00"), False),
        (instant("20:00"), True),
    ]


def transitions(text: str) -> list[tuple[object, ...]]:
    marts = modelled(story(text), {})
    names = ("from_camera_id", "to_camera_id", "transitions", "median_transit_seconds")
    return columns(marts["agg_transitions_daily"], *names)


def test_a_transition_takes_from_the_exit_to_the_next_entry() -> None:
    assert transitions("p s/a 10:00..10:10\np s/b 10:12..10:20\np s/a 10:20..10:30") == [
        ("a", "b", 1, 120),
        ("b", "a", 1, 0),
    ]


def test_two_sessions_at_one_camera_are_no_transition() -> None:
    assert transitions("p s/a 10:00..10:10 10:20..10:30\np s/b 10:31..10:32") == [("a", "b", 1, 60)]


def test_a_transit_is_null_without_an_exit_or_if_negative() -> None:
    assert transitions("p s/a 10:00..\np s/b 10:12..10:20") == [("a", "b", 1, None)]
    assert transitions("p s/a 10:00..10:13\np s/b 10:12..10:20") == [("a", "b", 1, None)]


def test_the_median_is_over_known_transits() -> None:
    text = "p s/a 10:00..10:10\np s/b 10:12..10:20\nq s/a 10:00..\nq s/b 10:05..10:06"
    assert transitions(text) == [("a", "b", 2, 120)]
    assert transitions(f"{text}\nr s/a 10:00..10:10\nr s/b 10:14..10:20") == [("a", "b", 3, 180)]


def test_an_orphan_exit_is_no_stop_on_the_way() -> None:
    assert transitions("p s/a 10:00..10:10\np s/b ..10:11\np s/c 10:12..10:20") == [
        ("a", "c", 1, 120)
    ]


def test_no_transition_leads_from_one_visit_to_the_next() -> None:
    assert transitions("p s/a 10:00..10:10\np s/b 14:00..14:10") == []
    assert transitions("p s/a 10:00..10:10\np t/b 10:11..10:12") == []


def test_sessions_that_begin_at_once_go_by_camera() -> None:
    assert transitions("p s/b 10:00..10:00\np s/a 10:00..10:00") == [("a", "b", 1, 0)]


def test_a_transition_is_on_the_day_of_the_later_entry() -> None:
    text = f"p s/a 23:00..23:50\np s/b {TUESDAY}T00:10..{TUESDAY}T00:20"
    (row,) = modelled(story(text), {})["agg_transitions_daily"]
    assert (row.bucket_start, row.median_transit_seconds) == (instant(f"{TUESDAY}T00:00"), 1200)


def test_a_visit_does_not_depend_on_the_order_of_rows() -> None:
    rows: list[RawRow] = story("p s/a 10:00..10:30 12:00..\np s/b 10:00..10:05 ..11:00")
    assert modelled(rows, {})["fct_visits"] == modelled(rows[::-1], {})["fct_visits"]
