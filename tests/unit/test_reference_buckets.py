"""The plain-Python model of buckets, on cases small enough to count by hand."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from tests.reference.buckets import CameraBucket, camera_buckets
from tests.reference.cameras import cameras_of
from tests.reference.events import RawRow, distinct_events
from tests.reference.pairing import paired
from tests.reference.zones import BucketOf, day_of, hour_of


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("of", "timezone", "at", "start", "hours"),
    [
        (hour_of, "UTC", "2026-01-05T10:59", "2026-01-05T10:00", 1),
        (hour_of, "Asia/Kolkata", "2026-01-05T10:29", "2026-01-05T09:30", 1),
        (hour_of, "Europe/Berlin", "2026-10-25T01:30", "2026-10-25T01:00", 1),
        (day_of, "Asia/Kolkata", "2026-01-05T18:30", "2026-01-05T18:30", 24),
        (day_of, "Europe/Berlin", "2026-03-29T12:00", "2026-03-28T23:00", 23),
        (day_of, "Europe/Berlin", "2026-10-25T12:00", "2026-10-24T22:00", 25),
        (day_of, "Africa/Cairo", "2026-04-23T22:00", "2026-04-23T22:00", 23),
        (day_of, "Atlantic/Azores", "2026-10-25T00:30", "2026-10-25T00:00", 25),
        (day_of, "America/St_Johns", "2010-11-07T03:00", "2010-11-07T02:30", 25),
    ],
)
def test_where_buckets_begin(of: BucketOf, timezone: str, at: str, start: str, hours: int) -> None:
    assert of(instant(at), timezone) == (instant(start), instant(start) + timedelta(hours=hours))


def stay(person: str, entry: str, leave: str) -> list[RawRow]:
    ends = {"entry": entry, "exit": leave}
    return [RawRow(1, instant(f"2026-01-05T{at}"), person, "c", kind) for kind, at in ends.items()]


def hours(*stays: list[RawRow]) -> list[CameraBucket]:
    events = distinct_events(row for rows in stays for row in rows)
    sessions, _ = paired(events)
    found = camera_buckets(events, sessions, cameras_of(events, {}, "UTC"), hour_of)
    return sorted(found, key=lambda bucket: bucket.bucket_start)


def test_a_session_across_three_hours() -> None:
    first, second, third = hours(stay("p", "10:30", "12:15"))
    assert (first.entries, first.exits, first.visitors, first.sessions_closed) == (1, 0, 1, 1)
    assert (second.events, second.visitors, second.sessions_closed) == (0, 1, 0)
    assert (third.entries, third.exits, third.visitors, third.median_dwell_seconds) == (
        0,
        1,
        1,
        None,
    )
    assert [hour.person_seconds for hour in (first, second, third)] == [1800, 3600, 900]
    assert [hour.avg_occupancy for hour in (first, second, third)] == [
        Fraction(1, 2), 1, Fraction(1, 4)
    ]  # fmt: skip
    assert (first.total_dwell_seconds, first.waiting_visitors) == (6300, 1)


def test_a_session_that_ends_with_the_hour_is_not_in_the_next() -> None:
    first, second = hours(stay("p", "10:30", "11:00"))
    assert (second.events, second.exits, second.person_seconds, second.peak_occupancy) == (
        1,
        1,
        0,
        0,
    )
    assert first.occupied_seconds == 1800


def test_who_leaves_as_another_comes_is_not_counted_with_them() -> None:
    (hour,) = hours(stay("p", "10:00", "10:20"), stay("q", "10:20", "10:30"))
    assert (hour.peak_occupancy, hour.occupied_seconds, hour.visitors) == (1, 1800, 2)


def test_overlap_counts_twice_in_persons_and_once_in_occupied_time() -> None:
    (hour,) = hours(stay("p", "10:00", "10:20"), stay("q", "10:10", "10:20"))
    assert (hour.peak_occupancy, hour.occupied_seconds, hour.person_seconds) == (2, 1200, 1800)
    assert (hour.median_dwell_seconds, hour.p90_dwell_seconds) == (900, 1140)
    assert hour.waiting_visitors == 1  # ten minutes are not longer than ten minutes
