"""The plain-Python model of cameras' buckets, on cases small enough to count by hand."""

from fractions import Fraction

from tests.reference.buckets import CameraBucket
from tests.reference.stories import columns, instant, story
from tests.reference.warehouse import modelled


def hours(text: str) -> list[CameraBucket]:
    found = modelled(story(text), {})["agg_camera_hourly"]
    return sorted(found, key=lambda bucket: bucket.bucket_start)


def test_a_session_across_three_hours() -> None:
    first, second, third = hours("p c 10:30..12:15")
    assert [(hour.entries, hour.exits, hour.visitors) for hour in (first, second, third)] == [
        (1, 0, 1),
        (0, 0, 1),
        (0, 1, 1),
    ]
    assert [hour.person_seconds for hour in (first, second, third)] == [1800, 3600, 900]
    assert (first.avg_occupancy, second.avg_occupancy) == (Fraction(1, 2), 1)
    assert (first.sessions_closed, first.total_dwell_seconds) == (1, 6300)
    assert (third.sessions_closed, third.total_dwell_seconds) == (0, None)
    assert (first.waiting_visitors, third.waiting_visitors) == (1, 0)


def test_a_session_that_ends_with_the_hour_is_not_in_the_next() -> None:
    first, second = hours("p c 10:30..11:00")
    assert first.occupied_seconds == 1800
    assert (second.events, second.exits, second.visitors) == (1, 1, 1)  # for the exit is
    assert (second.person_seconds, second.peak_occupancy) == (0, 0)


def test_a_session_that_is_not_closed_is_present_nowhere() -> None:
    (hour,) = hours("p c 10:00.. 10:20..")
    assert (hour.entries, hour.visitors, hour.person_seconds) == (2, 1, 0)
    assert (hour.sessions_closed, hour.avg_dwell_seconds) == (0, None)


def test_who_leaves_as_another_comes_is_not_counted_with_them() -> None:
    (hour,) = hours("p c 10:00..10:20\nq c 10:20..10:30")
    assert (hour.peak_occupancy, hour.occupied_seconds, hour.visitors) == (1, 1800, 2)


def test_overlap_counts_twice_in_persons_and_once_in_occupied_time() -> None:
    (hour,) = hours("p c 10:00..10:20\nq c 10:10..10:20")
    assert (hour.peak_occupancy, hour.occupied_seconds, hour.person_seconds) == (2, 1200, 1800)


def test_percentiles_interpolate() -> None:
    (hour,) = hours("p c 10:00..10:20\nq c 10:10..10:20")
    assert (hour.median_dwell_seconds, hour.p90_dwell_seconds) == (900, 1140)
    (hour,) = hours("p c 10:00..10:01 10:02..10:04 10:05..10:09")
    assert (hour.avg_dwell_seconds, hour.median_dwell_seconds) == (140, 120)
    assert (hour.p90_dwell_seconds, hour.max_dwell_seconds) == (Fraction(216), 240)


def test_exactly_the_waiting_time_is_not_waiting() -> None:
    (hour,) = hours("p c 10:00..10:10\nq c 10:00..10:10:00.000001 10:20..10:40")
    assert hour.waiting_visitors == 1


def test_a_session_without_length_is_closed_and_never_present() -> None:
    (hour,) = hours("p c 10:00..10:00")
    assert (hour.sessions_closed, hour.max_dwell_seconds, hour.visitors) == (1, 0, 1)
    assert (hour.person_seconds, hour.peak_occupancy, hour.occupied_seconds) == (0, 0, 0)


def test_an_event_on_the_edge_is_in_the_bucket_that_begins() -> None:
    edge, just_before = instant("11:00"), "10:59:59.999999"
    found = modelled(story(f"p c 11:00 {just_before}"), {})["agg_camera_hourly"]
    assert columns(found, "bucket_start", "events") == [(instant("10:00"), 1), (edge, 1)]


def test_days_of_23_and_25_hours() -> None:
    rows = story(
        "p s/c 2026-03-29T00:00..2026-03-30T00:00\np s/c 2026-10-25T00:00..2026-10-25T23:00",
        "Europe/Berlin",
    )
    found = modelled(rows, {"s": "Europe/Berlin"})["agg_camera_daily"]
    spring, after, autumn = sorted(found, key=lambda bucket: bucket.bucket_start)
    assert (spring.bucket_seconds, spring.person_seconds, spring.avg_occupancy) == (82800, 82800, 1)
    assert (after.bucket_seconds, after.events, after.person_seconds) == (86400, 1, 0)
    assert (autumn.bucket_seconds, autumn.person_seconds) == (90000, 86400)
    assert autumn.total_dwell_seconds == 86400


def test_a_session_across_midnight_dwells_on_the_first_day_and_is_present_in_both() -> None:
    found = modelled(story("p s/c 23:00..2026-01-06T01:30"), {})["agg_camera_daily"]
    assert columns(found, "bucket_start", "total_dwell_seconds", "person_seconds", "visitors") == [
        (instant("00:00"), 9000, 3600, 1),
        (instant("2026-01-06T00:00"), None, 5400, 1),
    ]


def test_a_week_begins_on_monday_in_the_sites_zone() -> None:
    rows = story("p s/c 2026-01-04T23:00..2026-01-05T02:00", "Asia/Kolkata")
    found = modelled(rows, {"s": "Asia/Kolkata"})["agg_camera_weekly"]
    assert columns(found, "bucket_start", "entries", "exits", "person_seconds") == [
        (instant("2025-12-29T00:00", "Asia/Kolkata"), 1, 0, 3600),
        (instant("2026-01-05T00:00", "Asia/Kolkata"), 0, 1, 7200),
    ]
