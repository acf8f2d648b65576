"""The plain-Python model of persons, facts, quality and hours of persons."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

from tests.reference.cameras import SeededCamera
from tests.reference.stories import columns, instant, story
from tests.reference.warehouse import modelled

TUESDAY = "2026-01-06"


def test_a_person_in_all() -> None:
    text = f"p s/a 10:00..10:10 11:00.. 11:30..11:50\np t/b {TUESDAY}T10:00\nq s/a ..09:00"
    (person, other) = modelled(story(text), {})["dim_persons"]
    assert (person.event_count, person.closed_sessions, person.missing_exits) == (6, 2, 1)
    assert (person.visit_count, person.visit_days, person.is_repeat) == (1, 2, True)
    assert (person.total_dwell_seconds, person.avg_dwell_seconds) == (1800, 900)
    assert (person.median_dwell_seconds, person.max_dwell_seconds) == (900, 1200)
    assert (person.first_event_at, person.last_event_at) == (
        instant("10:00"),
        instant(f"{TUESDAY}T10:00"),
    )
    assert (other.visit_count, other.visit_days, other.is_repeat) == (1, 1, False)
    assert (other.total_dwell_seconds, other.median_dwell_seconds) == (None, None)


def test_visit_days_are_the_dates_at_each_events_site() -> None:
    rows = story("p s/a 10:00\np t/b 20:00")
    (person,) = modelled(rows, {"s": "UTC", "t": "Pacific/Auckland"})["dim_persons"]
    assert person.visit_days == 2
    (person,) = modelled(rows, {"s": "UTC", "t": "Europe/Berlin"})["dim_persons"]
    assert person.visit_days == 1


def test_an_event_knows_its_session_and_only_the_closing_exit_its_dwell() -> None:
    marts = modelled(story("p s/a 10:00.. 10:05 10:10..10:20 ..10:30"), {})
    names = ("event_at", "event_type", "is_entry", "is_exit", "entry_at", "dwell_seconds")
    at = [instant(f"10:{minute:02}") for minute in (0, 5, 10, 20, 30)]
    assert columns(marts["fct_events"], *names) == [
        (at[0], "entry", True, False, at[0], None),
        (at[1], "appearance", False, False, None, None),
        (at[2], "entry", True, False, at[2], None),
        (at[3], "exit", False, True, at[2], 600),
        (at[4], "exit", False, True, None, None),
    ]
    assert columns(marts["fct_orphan_exits"], "exit_at", "site_id") == [(at[4], "s")]


def test_another_event_at_the_instant_of_an_exit_has_no_dwell() -> None:
    marts = modelled(story("p s/a 10:00..10:20 10:20"), {})
    assert columns(marts["fct_events"], "event_type", "entry_at", "dwell_seconds") == [
        ("appearance", None, None),
        ("entry", instant("10:00"), None),
        ("exit", instant("10:00"), 1200),
    ]


def test_quality_of_a_camera() -> None:
    rows = story(f"p s/a 10:00..10:10 11:00.. 11:30..\np s/a {TUESDAY}T12:00\nq s/a ..09:00")
    again = [replace(row, load_id=2) for row in rows[:3]]
    monday, tuesday = modelled([*rows, *again], {})["quality_cameras_daily"]
    assert (monday.entries, monday.exits, monday.closed, monday.orphan_exits) == (3, 2, 1, 1)
    assert (monday.missing_exits, monday.timed_out, monday.duplicate_rows) == (1, 1, 3)
    assert monday.pairing_rate == Fraction(1, 3)
    assert (tuesday.entries, tuesday.duplicate_rows, tuesday.pairing_rate) == (0, 0, None)


def test_an_open_session_counts_as_an_entry_only() -> None:
    (day,) = modelled(story("p s/a 10:00.."), {})["quality_cameras_daily"]
    assert (day.entries, day.closed, day.missing_exits, day.timed_out) == (1, 0, 0, 0)
    assert day.pairing_rate == 0


def test_sessions_count_on_the_day_of_their_entry_and_exits_on_their_own() -> None:
    text = f"p s/a 23:00..{TUESDAY}T01:00\nq s/a 23:30.. ..{TUESDAY}T23:31"
    monday, tuesday = modelled(story(text), {})["quality_cameras_daily"]
    assert (monday.closed, monday.timed_out, monday.exits, monday.orphan_exits) == (1, 1, 0, 0)
    assert (tuesday.closed, tuesday.timed_out, tuesday.exits, tuesday.orphan_exits) == (0, 0, 2, 1)


def test_the_hours_of_a_person() -> None:
    rows = story(f"p s/a 23:30..{TUESDAY}T00:30", "Asia/Kolkata")
    found = modelled(rows, {"s": "Asia/Kolkata"})["agg_person_hourly"]
    days = [instant(f"2026-01-0{day}T00:00", "Asia/Kolkata") for day in (5, 6)]
    names = ("bucket_start", "local_date", "day_start", "week_start", "entries", "person_seconds")
    assert columns(found, *names) == [
        (instant("23:00", "Asia/Kolkata"), date(2026, 1, 5), days[0], days[0], 1, 1800),
        (days[1], date(2026, 1, 6), days[1], days[0], 0, 1800),
    ]


def test_what_the_seeds_say_wins() -> None:
    rows = story("p s/a 10:00..10:10 camera_name=A zone=Gate\np s/b 10:00 zone=Gate")
    seeds = [SeededCamera("a", site_id="t", camera_name="Till 1"), SeededCamera("x", zone="hall")]
    marts = modelled(rows, {"t": "Asia/Kolkata", "u": "UTC"}, "Europe/Berlin", seeded_cameras=seeds)
    assert columns(marts["dim_cameras"], "camera_id", "site_id", "category", "event_count") == [
        ("a", "t", "checkout", 2),
        ("b", "s", "entrance", 1),
        ("x", "default", "general", 0),
    ]
    assert columns(marts["dim_sites"], "site_id", "timezone", "camera_count") == [
        ("default", "Europe/Berlin", 1),
        ("s", "Europe/Berlin", 1),
        ("t", "Asia/Kolkata", 1),
        ("u", "UTC", 0),
    ]
