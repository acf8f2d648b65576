"""Ranges of time: what `from`, `to` and `last` mean at sites in different zones."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from serving.errors import Problem
from serving.ranges import Range, parse_bound, parse_last, range_until

BERLIN, NEW_YORK, HAVANA, BEIRUT = (
    ZoneInfo(name)
    for name in ("Europe/Berlin", "America/New_York", "America/Havana", "Asia/Beirut")
)


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
    ],
)
def test_bounds_are_read(text: str, zone: ZoneInfo, instant: str) -> None:
    assert start_at(text, zone) == datetime.fromisoformat(instant)


@pytest.mark.parametrize(
    "text", ["yesterday", "01/02/2026", "2026-13-01", "2026-02-29", "1772323200", "20260301", "T"]
)
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(Problem, match="2026-03-01T08:00:00Z"):
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
    with pytest.raises(Problem, match="after to"):
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
