"""The plain-Python model of sites: united persons, new ones, and groups of them."""

from tests.reference.events import RawRow
from tests.reference.stories import columns, instant, story
from tests.reference.warehouse import modelled

TUESDAY = "2026-01-06"


def test_one_person_under_two_cameras_is_one_person() -> None:
    marts = modelled(story("p s/a 10:00..10:30\np s/b 10:20..10:40\nq s/b 10:25..10:35"), {})
    (hour,) = marts["agg_site_hourly"]
    assert (hour.visitors, hour.sessions_closed, hour.total_dwell_seconds) == (2, 3, 3600)
    assert (hour.person_seconds, hour.peak_occupancy, hour.occupied_seconds) == (3000, 2, 2400)
    assert hour.avg_occupancy == hour.person_seconds / 3600
    at_cameras = marts["agg_camera_hourly"]
    assert columns(at_cameras, "camera_id", "person_seconds", "peak_occupancy") == [
        ("a", 1800, 1),
        ("b", 1800, 2),
    ]


def test_a_person_who_changes_cameras_at_one_instant_is_there_throughout() -> None:
    (hour,) = modelled(story("p s/a 10:00..10:20\np s/b 10:20..10:30"), {})["agg_site_hourly"]
    assert (hour.person_seconds, hour.peak_occupancy, hour.visits_started) == (1800, 1, 1)


def test_the_same_person_at_two_sites_is_new_at_each() -> None:
    marts = modelled(story("p s/a 10:00..10:20\np t/b 11:00..11:20"), {})
    names = ("site_id", "new_visitors", "visits_started", "person_seconds")
    assert columns(marts["agg_site_daily"], *names) == [("s", 1, 1, 1200), ("t", 1, 1, 1200)]


def test_who_was_here_before_returns() -> None:
    marts = modelled(story(f"p s/a 10:00 11:00 {TUESDAY}T10:00\nq s/b {TUESDAY}T10:30"), {})
    names = ("bucket_start", "visitors", "new_visitors", "returning_visitors")
    first, later, tomorrow = (instant(at) for at in ("10:00", "11:00", f"{TUESDAY}T10:00"))
    assert columns(marts["agg_site_hourly"], *names) == [
        (first, 1, 1, 0),
        (later, 1, 0, 1),
        (tomorrow, 2, 1, 1),
    ]
    assert columns(marts["agg_site_daily"], *names) == [
        (instant("00:00"), 1, 1, 0),
        (instant(f"{TUESDAY}T00:00"), 2, 1, 1),
    ]
    assert columns(marts["agg_site_weekly"], *names) == [(instant("00:00"), 2, 2, 0)]


def test_who_only_stays_on_is_a_returning_visitor() -> None:
    found = modelled(story("p s/a 10:30..12:30"), {})["agg_site_hourly"]
    assert columns(found, "bucket_start", "new_visitors", "returning_visitors") == [
        (instant("10:00"), 1, 0),
        (instant("11:00"), 0, 1),
        (instant("12:00"), 0, 1),
    ]


def test_visits_start_in_the_bucket_of_their_start() -> None:
    found = modelled(story("p s/a 10:30..11:30 15:00..15:10\nq s/b 14:50"), {})["agg_site_hourly"]
    assert columns(found, "bucket_start", "visits_started") == [
        (instant("10:00"), 1),
        (instant("11:00"), 0),
        (instant("14:00"), 0),
        (instant("15:00"), 1),
    ]


def person(*age_groups: str | None) -> str | None:
    rows = [
        RawRow(1, instant(f"10:{minute:02}"), "p", "c", "loiter", age_group=age_group)
        for minute, age_group in enumerate(age_groups)
    ]
    (row,) = modelled(rows, {})["dim_persons"]
    return row.age_group


def test_a_person_is_what_most_events_say() -> None:
    assert person("child", "adult", "child") == "child"
    assert person("b", "a", None) == "a"  # a tie
    assert person("b", "B", "é") == "B"  # text order is that of bytes
    assert person("unknown", " N/A ", "", "senior") == "senior"
    assert person("unknown", None) is None


def test_rows_of_one_event_have_one_vote() -> None:
    same = [RawRow(load, instant("10:00"), "p", "c", "entry", gender="x") for load in (1, 2, 3)]
    others = [RawRow(1, instant(at), "p", "c", "exit", gender="f") for at in ("11:00", "12:00")]
    (row,) = modelled([*same, *others], {})["dim_persons"]
    assert row.gender == "f"


def test_demographics_count_a_person_in_one_group_everywhere() -> None:
    rows = story("p s/a 10:00..10:10 age_group=adult\np s/a 11:00 11:30 age_group=child")
    marts = modelled([*rows, *story("q s/a 11:10..11:20 gender=f")], {})
    names = ("bucket_start", "age_group", "gender", "visitors", "sessions_closed")
    ten, eleven = instant("10:00"), instant("11:00")
    assert sorted(columns(marts["agg_demographics_hourly"], *names)) == [
        (ten, "adult", "unknown", 1, 1),
        (eleven, "adult", "unknown", 1, 0),
        (eleven, "unknown", "f", 1, 1),
    ]
    (quiet,) = [
        row
        for row in marts["agg_demographics_hourly"]
        if row.bucket_start == eleven and row.age_group == "adult"
    ]
    assert (quiet.total_dwell_seconds, quiet.median_dwell_seconds) == (None, None)
