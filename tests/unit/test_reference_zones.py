"""Where the plain-Python model lets hours, days and weeks begin, zone by zone."""

from datetime import timedelta
from itertools import pairwise

import pytest

from tests.reference.stories import instant
from tests.reference.zones import Bucket, BucketOf, buckets_between, day_of, hour_of, week_of

DAY = 24  # hours


@pytest.mark.parametrize(
    ("of", "timezone", "at", "start", "hours"),
    [
        (hour_of, "UTC", "2026-01-05T10:59", "2026-01-05T10:00", 1),
        (hour_of, "Asia/Kolkata", "2026-01-05T10:29", "2026-01-05T09:30", 1),
        (hour_of, "Europe/Berlin", "2026-10-25T01:30", "2026-10-25T01:00", 1),
        # The clock goes from 02:00 to 02:30 at 15:30 UTC, and from 02:00 to 01:30 at 15:00 UTC.
        (hour_of, "Australia/Lord_Howe", "2026-10-03T15:29", "2026-10-03T14:30", 1),
        (hour_of, "Australia/Lord_Howe", "2026-10-03T15:30", "2026-10-03T15:30", 0.5),
        (hour_of, "Australia/Lord_Howe", "2026-10-03T16:00", "2026-10-03T16:00", 1),
        (hour_of, "Australia/Lord_Howe", "2026-04-04T14:59", "2026-04-04T14:00", 1),
        (hour_of, "Australia/Lord_Howe", "2026-04-04T15:00", "2026-04-04T15:00", 0.5),
        (hour_of, "Australia/Lord_Howe", "2026-04-04T15:30", "2026-04-04T15:30", 1),
        # A whole hour's jump at 00:01 cuts nothing.
        (hour_of, "America/St_Johns", "2010-11-07T02:45", "2010-11-07T02:30", 1),
        (day_of, "Asia/Kolkata", "2026-01-05T18:30", "2026-01-05T18:30", DAY),
        (day_of, "Europe/Berlin", "2026-03-29T12:00", "2026-03-28T23:00", 23),
        (day_of, "Europe/Berlin", "2026-10-25T12:00", "2026-10-24T22:00", 25),
        (day_of, "Africa/Cairo", "2026-04-23T22:00", "2026-04-23T22:00", 23),
        (day_of, "Atlantic/Azores", "2026-10-25T00:30", "2026-10-25T00:00", 25),
        (day_of, "America/St_Johns", "2010-11-07T03:00", "2010-11-07T02:30", 25),
        (day_of, "Australia/Lord_Howe", "2026-10-03T14:00", "2026-10-03T13:30", 23.5),
        (day_of, "Australia/Lord_Howe", "2026-04-04T14:00", "2026-04-04T13:00", 24.5),
        (week_of, "UTC", "2026-01-05T00:00", "2026-01-05T00:00", 7 * DAY),
        (week_of, "UTC", "2026-01-04T23:59:59.999999", "2025-12-29T00:00", 7 * DAY),
        (week_of, "Asia/Kolkata", "2026-01-04T18:30", "2026-01-04T18:30", 7 * DAY),
        (week_of, "America/St_Johns", "2026-01-05T03:29", "2025-12-29T03:30", 7 * DAY),
        (week_of, "Europe/Berlin", "2026-03-29T12:00", "2026-03-22T23:00", 7 * DAY - 1),
        (week_of, "Europe/Berlin", "2026-10-25T12:00", "2026-10-18T22:00", 7 * DAY + 1),
        (week_of, "Australia/Lord_Howe", "2026-10-01T00:00", "2026-09-27T13:30", 7 * DAY - 0.5),
    ],
)
def test_where_buckets_begin(
    of: BucketOf, timezone: str, at: str, start: str, hours: float
) -> None:
    assert of(instant(at), timezone) == (instant(start), instant(start) + timedelta(hours=hours))


JUMPS = [
    ("Europe/Berlin", "2026-03-29T01:00"),
    ("Europe/Berlin", "2026-10-25T01:00"),
    ("America/St_Johns", "2026-11-01T04:30"),
    ("America/St_Johns", "2010-11-07T02:31"),
    ("Australia/Lord_Howe", "2026-10-03T15:30"),
    ("Australia/Lord_Howe", "2026-04-04T15:00"),
    ("Africa/Cairo", "2026-04-23T22:00"),
    ("Asia/Kolkata", "2026-01-05T00:00"),
]


def around(jump: str, timezone: str, of: BucketOf) -> list[Bucket]:
    """Give the buckets of a fortnight around an instant."""
    week = timedelta(days=7)
    return buckets_between(instant(jump) - week, instant(jump) + week, timezone, of)


@pytest.mark.parametrize("of", [hour_of, day_of, week_of])
@pytest.mark.parametrize(("timezone", "jump"), JUMPS)
def test_buckets_leave_no_gap_and_know_their_own_instants(
    of: BucketOf, timezone: str, jump: str
) -> None:
    for (first, end), (following, _) in pairwise(around(jump, timezone, of)):
        assert first < end == following
        assert of(first, timezone) == of(end - timedelta(microseconds=1), timezone) == (first, end)


@pytest.mark.parametrize(("timezone", "jump"), JUMPS)
def test_hours_fill_days_and_days_fill_weeks(timezone: str, jump: str) -> None:
    hours, days, weeks = (
        {first for first, _ in around(jump, timezone, of)[1:]} for of in (hour_of, day_of, week_of)
    )
    assert hours > days > weeks
