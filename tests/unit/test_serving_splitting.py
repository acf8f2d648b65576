"""A range is whole hours or days and what is left of it: together all of it, nothing twice."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.answering.snapshot import Snapshot
from serving.calendar.splitting import split_days, split_hours
from serving.chosen import Chosen, Span
from serving.queries.published import Version
from serving.queries.split_range import SplitRange
from tests.reference.zones import BucketOf, day_of, hour_of

START = datetime(2026, 4, 1, tzinfo=UTC)
# The clocks of Lord Howe go back by half an hour.
JUMP = datetime(2026, 4, 4, 15, tzinfo=UTC)
CLOCK = datetime(2026, 4, 9, 12, 34, 56, tzinfo=UTC)
# In Santiago, an hour before midnight comes twice.
ZONES = {
    "berlin": "Europe/Berlin", "kolkata": "Asia/Kolkata", "howe": "Australia/Lord_Howe",
    "santiago": "America/Santiago", "utc": "UTC",
}  # fmt: skip
SNAPSHOT = Snapshot(
    Version(1, CLOCK, CLOCK), {site: ZoneInfo(zone) for site, zone in ZONES.items()}, {}
)
instants = st.builds(
    lambda hours, rest: START + timedelta(hours=hours) + rest,
    st.integers(0, 240),
    st.sampled_from([timedelta(minutes=n) for n in (0, 0, 0, 1, 30)] + [timedelta(seconds=3599)]),
)


Way = tuple[Callable[[Chosen, Snapshot], SplitRange], BucketOf]
WAYS: list[Way] = [(split_hours, hour_of), (split_days, day_of)]


def holding(chosen: Chosen | None, site: str, at: datetime) -> list[Span]:
    """Give the spans that an instant at a site is in."""
    return [
        span
        for span in (chosen.spans if chosen else ())
        if (span.site_ids is None or site in span.site_ids)
        and (span.start is None or span.start <= at)
        and (span.end is None or at < span.end)
    ]


def parts_of(
    how: Way, start: datetime | None, end: datetime | None, at: datetime, site: str
) -> list[Span]:
    """Give the spans of both parts that an event is in: its whole hour or day has to be."""
    split, bucket_of = how
    found = split(Chosen(spans=(Span(start, end),)), SNAPSHOT)
    whole = holding(found.whole, site, bucket_of(at, ZONES[site])[0])
    return [*whole, *holding(found.rest, site, at)]


@given(
    how=st.sampled_from(WAYS),
    start=st.none() | instants,
    end=st.none() | instants,
    at=instants,
    site=st.sampled_from(sorted(ZONES)),
)
def test_an_instant_is_in_one_part_if_it_is_in_the_range(
    how: Way, start: datetime | None, end: datetime | None, at: datetime, site: str
) -> None:
    if start and end and start > end:
        start, end = end, start
    at = min(at, CLOCK)
    is_inside = (start is None or start <= at) and (end is None or at < end)
    assert len(parts_of(how, start, end, at, site)) == is_inside


@pytest.mark.parametrize("how", WAYS)
def test_it_is_so_too_where_a_clock_jumps_by_half_an_hour(how: Way) -> None:
    around = [JUMP + number * timedelta(minutes=15) for number in range(-6, 7)]
    for start, end in combinations(around, 2):
        for at in around:
            assert len(parts_of(how, start, end, at, "howe")) == (start <= at < end)


def test_full_hours_leave_no_rest() -> None:
    span = Span(START, START + timedelta(days=2), ("utc",))
    split = split_hours(Chosen(spans=(span,)), SNAPSHOT)
    assert split.whole is not None
    assert split.rest is None
    assert split.whole.spans == (span,)


def test_whole_days_leave_no_rest() -> None:
    span = Span(START, START + timedelta(days=2), ("utc",))
    split = split_days(Chosen(spans=(span,)), SNAPSHOT)
    assert split.whole is not None
    assert split.whole.spans == (span,)
    assert split.rest is None


def test_filters_on_persons_leave_no_whole_day() -> None:
    chosen = Chosen(person_ids=("P",), spans=(Span(None, None),))
    assert split_days(chosen, SNAPSHOT) == SplitRange(chosen, None, chosen)


def test_filters_on_sessions_are_all_rest() -> None:
    chosen = Chosen(statuses=("open",), spans=(Span(None, None),))
    assert split_hours(chosen, SNAPSHOT) == SplitRange(chosen, None, chosen)


def test_the_hour_of_the_clock_is_whole() -> None:
    chosen = Chosen(spans=(Span(START, CLOCK + timedelta(microseconds=1), ("utc",)),))
    hours = Chosen(spans=(Span(START, None, ("utc",)),))
    assert split_hours(chosen, SNAPSHOT) == SplitRange(chosen, hours, None)
