"""The synthetic events repeat for a seed, are as bad as asked, and look like a month of shops."""

import io
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expectations.contract import KNOWN_COLUMNS
from orchestration.lib.generation import Fields, Generation, generated_rows, write_csv

generations = st.builds(
    Generation,
    seed=st.integers(0, 2**32),
    start=st.dates(date(2020, 1, 1), date(2025, 6, 30)),
    days=st.integers(1, 40),
    rows=st.integers(0, 400),
    sites=st.integers(1, 4),
    cameras_per_site=st.integers(3, 12),
    timezone=st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata"]),
    bad_share=st.floats(0, 1),
)
few = settings(max_examples=40, deadline=None)


def text_of(generation: Generation) -> str:
    file = io.StringIO()
    write_csv(file, generation)
    return file.getvalue()


def good(generation: Generation) -> list[Fields]:
    return [row.fields for row in generated_rows(generation) if row.reason_code is None]


@pytest.fixture(scope="module")
def month() -> list[Fields]:
    return good(Generation(bad_share=0))


@few
@given(generations)
def test_a_seed_gives_the_same_bytes_again(generation: Generation) -> None:
    assert text_of(generation) == text_of(generation)


def test_another_seed_gives_other_events() -> None:
    assert text_of(Generation(seed=1, rows=100)) != text_of(Generation(seed=2, rows=100))


@few
@given(generations)
def test_there_are_exactly_the_rows_asked_for(generation: Generation) -> None:
    file = io.StringIO()
    generated = write_csv(file, generation)
    header, *lines = file.getvalue().splitlines()
    assert header == ",".join(KNOWN_COLUMNS)
    assert len(lines) == generated.rows == generation.rows


@few
@given(generations)
def test_good_rows_are_complete_and_within_their_days(generation: Generation) -> None:
    cameras = generation.sites * generation.cameras_per_site
    rows = good(generation)
    for row in rows:
        named = dict(zip(KNOWN_COLUMNS, row, strict=True))
        at = datetime.fromisoformat(named["timestamp"])
        assert at.utcoffset() is not None
        assert 0 <= (at.date() - generation.start).days < generation.days
        assert named["event_type"] in {"entry", "exit", "appearance", "loiter"}
        assert named["person_id"]
        assert named["camera_id"].startswith(named["site_id"])
        assert named["camera_name"]
        assert named["zone"]
    assert len({row[2] for row in rows}) <= cameras


@few
@given(generations)
def test_the_summary_counts_what_is_bad(generation: Generation) -> None:
    reasons = Counter(row.reason_code for row in generated_rows(generation))
    kept = reasons.pop(None, 0)
    generated = write_csv(io.StringIO(), generation)
    assert generated.bad == reasons
    assert generated.bad_rows == generation.rows - kept


@few
@given(generations)
def test_bad_rows_leave_the_visits_as_they_are(generation: Generation) -> None:
    clean = good(Generation(**{**vars(generation), "bad_share": 0}))
    for row, whole in zip(generated_rows(generation), clean, strict=True):
        assert (row.fields == whole) == (row.reason_code is None)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.2, 1.0])
def test_the_share_of_bad_rows_is_as_asked(share: float) -> None:
    generated = write_csv(io.StringIO(), Generation(rows=20_000, bad_share=share))
    assert generated.bad_rows / generated.rows == pytest.approx(share, abs=0.01)
    assert len(generated.bad) == (5 if share else 0)


def test_every_reason_is_true_of_its_rows() -> None:
    seen: defaultdict[str | None, list[Fields]] = defaultdict(list)
    for row in generated_rows(Generation(rows=2_000, bad_share=1)):
        seen[row.reason_code].append(row.fields)
    assert all(len(fields) != len(KNOWN_COLUMNS) for fields in seen["field_count_mismatch"])
    assert all("" in fields[:4] for fields in seen["missing_value"])
    assert all(fields[3] in {"teleport", "???", "EV_17"} for fields in seen["unknown_event_type"])
    assert all(fields[0] < "1971" for fields in seen["timestamp_out_of_range"])
    for fields in seen["unparseable_timestamp"]:
        with pytest.raises(ValueError, match=r"Invalid isoformat|month must be"):
            datetime.fromisoformat(fields[0])


def test_a_path_appears_whole_and_leaves_no_draft(tmp_path: Path) -> None:
    generation = Generation(rows=50)
    write_csv(tmp_path / "events.csv", generation)
    assert [path.name for path in tmp_path.iterdir()] == ["events.csv"]
    assert (tmp_path / "events.csv").read_bytes().decode() == text_of(generation)


def test_offsets_follow_the_clock_change() -> None:
    rows = good(Generation(rows=300, days=2, start=date(2025, 3, 29), timezone="Europe/Berlin"))
    assert {(row[0][:10], row[0][-6:]) for row in rows} == {
        ("2025-03-29", "+01:00"),
        ("2025-03-30", "+02:00"),
    }


def test_a_month_has_repeat_visitors_staff_duplicates_and_doubts(month: list[Fields]) -> None:
    days, looks = defaultdict(set), defaultdict(set)
    for row in month:
        days[row[1]].add(row[0][:10])
        looks[row[1]].add(row[4:6])
    returning = sum(len(dates) > 1 for dates in days.values())
    assert 0.05 < returning / len(days) < 0.3
    assert 2_000 < len(days) < 6_000
    assert 0.001 < 1 - len(set(month)) / len(month) < 0.01
    assert sum(len(seen) > 1 for seen in looks.values()) > 100


def test_a_month_has_rush_hours_and_weekends(month: list[Fields]) -> None:
    hours = Counter(row[0][11:13] for row in month)
    weekdays = Counter(datetime.fromisoformat(row[0]).weekday() for row in month)
    assert hours["18"] > 3 * hours["08"] > 0
    assert set(hours) <= {f"{hour:02d}" for hour in range(8, 23)}
    assert weekdays[5] > 1.5 * weekdays[1]


def test_a_month_has_missed_exits_orphan_exits_and_long_stays(month: list[Fields]) -> None:
    open_since: dict[tuple[str, str], datetime] = {}
    missed, orphans, stays = 0, 0, []
    for at, person, camera, kind, *_ in sorted(set(month)):
        if kind == "entry":
            missed += (person, camera) in open_since
            open_since[person, camera] = datetime.fromisoformat(at)
        elif kind == "exit" and (person, camera) in open_since:
            stays.append(datetime.fromisoformat(at) - open_since.pop((person, camera)))
        elif kind == "exit":
            orphans += 1
    assert missed + len(open_since) > 100
    assert orphans > 100
    assert sum(stay > timedelta(hours=1) for stay in stays) > 100
    assert timedelta(minutes=2) < sum(stays, timedelta()) / len(stays) < timedelta(minutes=10)


def test_rows_are_late_by_a_minute_at_most(month: list[Fields]) -> None:
    latest, disordered = datetime.fromisoformat(month[0][0]), 0
    for row in month:
        at = datetime.fromisoformat(row[0])
        disordered += at < latest
        assert at > latest - timedelta(minutes=1)
        latest = max(at, latest)
    assert 0 < disordered / len(month) < 0.05


@pytest.mark.parametrize(
    "wrong",
    [
        {"days": 0},
        {"rows": -1},
        {"sites": 0},
        {"cameras_per_site": 2},
        {"bad_share": 1.1},
        {"timezone": "Mars"},
    ],
)
def test_an_impossible_wish_is_named(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Generation(**wrong)
