"""Timestamps are read as written or not at all; zoneinfo, which shares no code, is the judge."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.contract import AMBIGUOUS, MISSING, NONEXISTENT, READ, UNPARSEABLE
from orchestration.lib.reading.timestamp_rules import TimestampRules
from orchestration.lib.reading.timestamps import instants

ZONES = [
    "UTC", "Europe/Berlin", "Europe/Dublin", "America/St_Johns", "America/New_York",
    "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia", "Africa/Casablanca",
]  # fmt: skip
NOON = datetime(2026, 3, 2, 9, 15, 4, 123456, tzinfo=UTC)
Written = tuple[str, datetime]


def readings(texts: list[str | None], zone: str = "UTC") -> list[tuple[datetime | None, str]]:
    frame = instants(pd.Series(texts, dtype="str"), TimestampRules(zone))
    return [
        (None if pd.isna(at) else at.to_pydatetime(warn=False), reading)
        for at, reading in zip(frame["event_at"], frame["reading"], strict=True)
    ]


def read(text: str, zone: str = "UTC") -> tuple[datetime | None, str]:
    return readings([text], zone)[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-02T09:15:04", NOON.replace(microsecond=0)),
        ("2026-03-02t09:15:04", NOON.replace(microsecond=0)),
        ("2026-03-02T09:15", NOON.replace(second=0, microsecond=0)),
        ("2026-03-02T09:15:04.1", NOON.replace(microsecond=100_000)),
        ("2026-03-02T09:15:04,123456", NOON),
        ("2026-03-02T09:15:04.123456789", NOON),
        ("2026-03-02T09:15:04.123456Z", NOON),
        ("2026-03-02T09:15:04.123456z", NOON),
        ("2026-03-02T10:15:04.123456+01:00", NOON),
        ("2026-03-02T10:15:04.123456+0100", NOON),
        ("2026-03-02T10:15:04.123456+01", NOON),
        ("2026-03-02T05:45:04.123456-03:30", NOON),
        ("2026-03-02 10:15:04.123456 +01:00", NOON),
        ("2026-03-02 09:15:04.123456 Z", NOON),
        ("20260302T091504", NOON.replace(microsecond=0)),
        ("20260302T091504Z", NOON.replace(microsecond=0)),
        ("2026-03-02 09:15", NOON.replace(second=0, microsecond=0)),
        ("2026-03-02 09:15:04", NOON.replace(microsecond=0)),
        ("2026-03-02 09:15:04.123456", NOON),
        ("2026/03/02 09:15", NOON.replace(second=0, microsecond=0)),
        ("2026/03/02 09:15:04.123456", NOON),
        ("2026/03/02T10:15:04+01:00", NOON.replace(microsecond=0)),
        ("1772442904", NOON.replace(microsecond=0)),
        ("1772442904.123456", NOON),
        ("1772442904.1234569", NOON),
        ("1772442904123", NOON.replace(microsecond=123_000)),
        ("1772442904123456", NOON),
    ],
)
def test_every_accepted_format_is_read(text: str, expected: datetime) -> None:
    assert read(text) == (expected, READ)


@pytest.mark.parametrize(
    "text",
    [
        "now", "today", "tomorrow", "yesterday", "epoch", "infinity", "-infinity", "allballs",
        "NaT", "nan", "None", "null", "soon", "noon", "12:30", "09:15:04", "March 2, 2026 9:15",
        "Mon Mar  2 09:15:04 2026", "2026-03-02", "20260302T", "2026/03/02", "2026-W10-1",
        "2026-061T09:15", "2026-03", "2026-3-2 9:15", "2026-03/02 09:15", "2026-13-01 00:00",
        "2026-02-30 10:00", "2025-02-29 10:00", "2026-03-02 25:00", "2026-03-02 09:60",
        "2026-03-02 09:15:60", "2026-03-02T09:15:04+99:00", "2026-03-02 09:15:04.1234567891",
        "2026-03-02T09:15:04Z+01:00", "2026-03-02T09:15:04 UTC", "2026-03-02 09:15 AM",
        "2026-03-02  09:15", "0x69A5", "1e9", "1_772_442_904", "1,772,442,904", "+1772442904",
        "1772442904Z", "123456789012345678", "--5", ".5", "5.", "-", "", "1899-12-31 ",
        "\uff11\uff17\uff17\uff12\uff14\uff14\uff12\uff19\uff10\uff14", "177244290\u0664",
        "1772442904.\u0665", "2026-03-0\uff12 09:15", "2026-03-02 09:1\uff15",
        "1\uff13/02/2026 10:00",
    ],
)  # fmt: skip
def test_what_is_no_timestamp_is_never_read(text: str) -> None:
    assert read(text) == (None, UNPARSEABLE)


@pytest.mark.parametrize(
    "text",
    ["01/02/2026", "1/2/2026 10:00", "13/02/2026 10:00", "02-01-2026 10:00:00", "1.2.2026 9:15"],
)
def test_day_and_month_are_not_guessed(text: str) -> None:
    at, reading = read(text)
    assert at is None
    assert reading == (UNPARSEABLE if " 9:15" in text else AMBIGUOUS)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin"])
def test_readings_stand_in_the_order_of_their_texts(zone: str) -> None:
    """Also where all texts have one form, and the first is of a day that there is not."""
    texts = pd.Series(["2026-02-30 10:00", "2026-03-02 09:15"], index=[4, 2], dtype="str")
    read = instants(texts, TimestampRules(zone))
    assert read.index.tolist() == [4, 2]
    assert read["reading"].tolist() == [UNPARSEABLE, READ]


def test_no_text_is_missing() -> None:
    assert readings([None, "1772442904"]) == [(None, MISSING), (NOON.replace(microsecond=0), READ)]


@pytest.mark.parametrize(
    ("zone", "skipped"),
    [
        ("Europe/Berlin", "2026-03-29 02:30:00"),
        ("Europe/Dublin", "2026-03-29 01:30:00"),
        ("America/St_Johns", "2026-03-08 02:30:00"),
        ("America/St_Johns", "2010-03-14 00:30:00"),  # it changed at one minute past midnight
        ("Australia/Lord_Howe", "2026-10-04 02:15:00"),  # by half an hour
        ("Pacific/Apia", "2011-12-30 12:00:00"),  # by a day
    ],
)
def test_a_skipped_local_time_is_not_shifted(zone: str, skipped: str) -> None:
    assert read(skipped, zone) == (None, NONEXISTENT)
    assert read(skipped + "Z", zone)[1] == READ


@pytest.mark.parametrize(
    ("zone", "repeated", "first"),
    [
        ("Europe/Berlin", "2026-10-25 02:30:00", "2026-10-25T00:30:00+00:00"),
        ("Europe/Dublin", "2026-10-25 01:30:00", "2026-10-25T00:30:00+00:00"),
        ("America/St_Johns", "2026-11-01 01:30:00", "2026-11-01T04:00:00+00:00"),
        ("America/St_Johns", "2010-11-06 23:30:00", "2010-11-07T02:00:00+00:00"),
        ("Australia/Lord_Howe", "2026-04-05 01:45:00", "2026-04-04T14:45:00+00:00"),
    ],
)
def test_a_repeated_local_time_takes_the_first(zone: str, repeated: str, first: str) -> None:
    assert read(repeated, zone) == (datetime.fromisoformat(first), READ)


@pytest.mark.parametrize("zone", ["UTC", "America/St_Johns", "Pacific/Apia"])
@pytest.mark.parametrize(
    "text",
    [
        "9999-12-31 23:59:59", "9999-12-31T23:59:59Z", "9999-12-31T23:59:59-12:00",
        "0001-01-01 00:00", "0001-01-01T00:00:00+14:00", "-99999999999", "99999999999",
    ],
)  # fmt: skip
def test_the_ends_of_the_calendar_are_read_beside_nanoseconds(text: str, zone: str) -> None:
    """They are out of range, which the gate says; a neighbour's precision does not matter."""
    values = pd.Series([text, "2026-03-02T09:15:04.123456789Z", "2026-03-02 09:15:04.123456789"])
    assert list(instants(values, TimestampRules(zone))["reading"]) == [READ] * 3


def _local(moment: datetime, zone: str, separator: str) -> Written:
    """Write the wall clock of the zone; where it repeats, that means the first of the two."""
    wall = moment.astimezone(ZoneInfo(zone)).replace(fold=0)
    text = wall.replace(tzinfo=None).isoformat(" ", "microseconds")
    return text.replace("-", separator), wall.astimezone(UTC)


def _minutes(moment: datetime, zone: str) -> Written:
    wall = moment.astimezone(ZoneInfo(zone)).replace(second=0, microsecond=0, fold=0)
    return wall.replace(tzinfo=None).isoformat(" ", "minutes"), wall.astimezone(UTC)


def _offset(moment: datetime, minutes: int, *, compact: bool) -> Written:
    text = moment.astimezone(timezone(timedelta(minutes=minutes))).isoformat("T", "microseconds")
    return (text[:-3] + text[-2:] if compact else text), moment


def _unix(moment: datetime, digits: int) -> Written:
    microseconds = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    kept = microseconds // 10 ** (6 - digits)
    return str(kept), datetime(1970, 1, 1, tzinfo=UTC) + timedelta(
        microseconds=kept * 10 ** (6 - digits)
    )


FORMATS: list[Callable[[datetime, str, int], Written]] = [
    lambda moment, zone, _: _local(moment, zone, "-"),
    lambda moment, zone, _: _local(moment, zone, "/"),
    lambda moment, zone, _: _minutes(moment, zone),
    lambda moment, _, minutes: _offset(moment, minutes, compact=False),
    lambda moment, _, minutes: _offset(moment, minutes, compact=True),
    lambda moment, _zone, _: (moment.isoformat().replace("+00:00", "Z"), moment),
    lambda moment, _zone, _: (moment.isoformat(" ", "microseconds")[:-6] + "999 z", moment),
    lambda moment, _zone, _: _unix(moment, 0),
    lambda moment, _zone, _: _unix(moment, 3),
    lambda moment, _zone, _: _unix(moment, 6),
]
moments = st.datetimes(datetime(1974, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
written_moments = st.tuples(
    moments, st.sampled_from(FORMATS), st.integers(-14 * 60, 14 * 60)
)  # fmt: skip


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(ZONES), st.lists(written_moments, min_size=1, max_size=12))
def test_an_instant_reads_back_as_itself_in_any_mixture_of_formats(
    zone: str, chosen: list[tuple[datetime, Callable[[datetime, str, int], Written], int]]
) -> None:
    written = [write(moment, zone, minutes) for moment, write, minutes in chosen]
    assert readings([text for text, _ in written], zone) == [(at, READ) for _, at in written]


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(ZONES), st.datetimes(datetime(1975, 1, 1), datetime(2037, 1, 1)))  # noqa: DTZ001
def test_a_local_time_exists_if_the_zone_says_so(zone: str, wall: datetime) -> None:
    first = wall.replace(tzinfo=ZoneInfo(zone), fold=0).astimezone(UTC)
    exists = first.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall
    expected = (first, READ) if exists else (None, NONEXISTENT)
    assert read(wall.isoformat(), zone) == expected


pieces = st.sampled_from([*"0123456789-/:.,+TZtz ", "2026-03-02", "09:15", "02/03/2026", "now"])
texts = st.one_of(st.text(max_size=30), st.lists(pieces, max_size=9).map("".join))


@settings(max_examples=60, deadline=None)
@given(st.lists(texts, min_size=1, max_size=4), st.sampled_from(ZONES))
def test_any_text_gets_a_reading_that_depends_on_itself_alone(texts: list[str], zone: str) -> None:
    together = readings([text.strip() for text in texts], zone)
    assert together == [read(text.strip(), zone) for text in texts]
    assert all((at is None) == (reading != READ) for at, reading in together)
