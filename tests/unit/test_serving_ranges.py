"""Ranges of time: what `from`, `to` and `last` mean at sites in different zones."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from serving.calendar.ranges import Range, parse_bound, parse_last, range_until
from serving.errors import ProblemError

BERLIN, NEW_YORK, HAVANA, BEIRUT, LORD_HOWE, APIA = (
    ZoneInfo(name)
    for name in (
        "Europe/Berlin", "America/New_York", "America/Havana", "Asia/Beirut",
        "Australia/Lord_Howe", "Pacific/Apia",
    )
)  # fmt: skip


def start_at(text: str, zone: ZoneInfo) -> datetime | None:
    return Range(parse_bound("from", text)).spans({"here": zone})[0].start


@pytest.mark.parametrize(
    ("text", "zone", "instant"),
    [
        ("2026-03-01", BERLIN, "2026-02-28T23:00:00+00:00"),
        ("2026-03-29", BERLIN, "2026-03-28T23:00:00+00:00"),
        ("2026-03-30", BERLIN, "2026-03-29T22:00:00+00:00"),
        ("2026-03-01T08:00:00", NEW_YORK, "2026-03-01T13:00:00+00:00"),
        ("2026-03-01T08:00:00Z", NEW_YORK, "2026-03-01T08:00:00+00:00"),
        ("2026-03-01T08:00:00+01:00", NEW_YORK, "2026-03-01T07:00:00+00:00"),
        ("2026-03-01T08:00:00 01:00", NEW_YORK, "2026-03-01T07:00:00+00:00"),  # + became a blank
        ("2026-03-01 08:00", BERLIN, "2026-03-01T07:00:00+00:00"),
        ("2025-11-02", HAVANA, "2025-11-02T04:00:00+00:00"),  # midnight occurs twice
        ("2025-03-30", BEIRUT, "2025-03-29T22:00:00+00:00"),  # midnight is skipped
        ("2025-03-30T02:00", BERLIN, "2025-03-30T01:00:00+00:00"),  # so is the hour until 3
        ("2025-03-30T02:30", BERLIN, "2025-03-30T01:00:00+00:00"),
        ("2025-03-30T02:59:59.999999", BERLIN, "2025-03-30T01:00:00+00:00"),
        ("2025-03-30T03:00", BERLIN, "2025-03-30T01:00:00+00:00"),
        ("2025-10-05T02:10", LORD_HOWE, "2025-10-04T15:30:00+00:00"),  # half an hour is skipped
        ("2011-12-30T12:00", APIA, "2011-12-30T10:00:00+00:00"),  # a whole day
    ],
)
def test_bounds_are_read(text: str, zone: ZoneInfo, instant: str) -> None:
    assert start_at(text, zone) == datetime.fromisoformat(instant)


@given(
    zone=st.sampled_from([BERLIN, NEW_YORK, HAVANA, BEIRUT, LORD_HOWE, APIA]),
    walls=st.lists(
        st.datetimes(datetime(2010, 1, 1), datetime(2026, 1, 1)),  # noqa: DTZ001 - wall times
        min_size=2,
        max_size=2,
    ),
    near=st.booleans(),
)
def test_a_later_wall_time_is_no_earlier_instant(
    zone: ZoneInfo, walls: list[datetime], near: bool
) -> None:
    """Not where a clock skips an hour, nor where it goes back: then the first of two is meant."""
    first, later = sorted(walls)
    later = first + (later - first) % timedelta(hours=3) if near else later
    (span,) = Range(first, later).spans({"here": zone})
    assert span.start is not None
    assert span.end is not None
    assert span.start <= span.end


@pytest.mark.parametrize(
    "text", ["yesterday", "01/02/2026", "2026-13-01", "2026-02-29", "1772323200", "20260301", "T"]
)
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(ProblemError, match="2026-03-01T08:00:00Z"):
        parse_bound("from", text)


def test_sites_of_one_opinion_share_a_span() -> None:
    zones = {"a": BERLIN, "b": NEW_YORK, "c": ZoneInfo("Europe/Paris")}
    dates = Range(parse_bound("from", "2026-03-01"), parse_bound("to", "2026-03-02"))
    assert [span.site_ids for span in dates.spans(zones)] == [("a", "c"), ("b",)]
    instants = Range(parse_bound("from", "2026-03-01T00:00Z"), None)
    assert [span.site_ids for span in instants.spans(zones)] == [None]


def test_a_date_may_be_earlier_than_an_instant_at_one_site_only() -> None:
    asked = Range(parse_bound("from", "2026-03-01"), parse_bound("to", "2026-03-01T02:00Z"))
    assert len(asked.spans({"a": BERLIN})) == 1
    with pytest.raises(ProblemError, match="after to"):
        asked.spans({"a": BERLIN, "b": NEW_YORK})


def test_last_ends_with_the_data_clock() -> None:
    clock = datetime(2026, 3, 8, 12, tzinfo=UTC)
    found = range_until(clock, parse_last("36h"))
    assert found.start == clock - timedelta(hours=36)
    assert found.end is not None
    assert clock < found.end <= clock + timedelta(seconds=1)


def test_previous_days_are_days_of_the_site() -> None:
    week = Range(parse_bound("from", "2026-03-29"), parse_bound("to", "2026-03-30"))
    previous = week.previous()
    assert previous is not None
    (span,) = previous.spans({"a": BERLIN})
    assert span.start == datetime(2026, 3, 27, 23, tzinfo=UTC)
    assert span.end == datetime(2026, 3, 28, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [
        (None, "2026-03-30", "needs a range"),
        ("2026-03-29", None, "needs a range"),
        ("2026-03-29", "2026-03-30T00:00Z", "of one kind"),
        ("0900-01-01", "2026-03-30", "there is none"),
    ],
)
def test_there_may_be_no_range_before(start: str | None, end: str | None, why: str) -> None:
    asked = Range(*(parse_bound("from", text) if text else None for text in (start, end)))
    assert asked.previous() is None
    assert why in asked.why_no_previous
