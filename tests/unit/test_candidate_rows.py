"""A CSV row becomes the columns of the contract; what is not of the contract is kept beside."""

import json
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from expectations.contract import EVENT_ALIASES
from orchestration.lib.reading.candidate_rows import Layout
from orchestration.lib.reading.csv_reading import CsvFile
from orchestration.lib.reading.source_profiles import SourceProfiles

Candidates = Callable[..., pd.DataFrame]
NEEDED = "timestamp,person_id,camera_id,event_type"


@pytest.fixture
def candidates(tmp_path: Path) -> Candidates:
    def candidates(text: str, zone: str = "UTC") -> pd.DataFrame:
        path = tmp_path / "events.csv"
        path.write_bytes(text.encode())
        source = CsvFile(path)
        layout = Layout.of(source.header, SourceProfiles().of(path.name), zone)
        return pd.concat([layout.candidates(chunk) for chunk in source.chunks(100)])

    return candidates


def values(frame: pd.DataFrame, column: str) -> list[object]:
    return [None if pd.isna(value) else value for value in frame[column]]


def test_columns_may_stand_in_any_order_and_case(candidates: Candidates) -> None:
    frame = candidates("Event_Type,ZONE,Camera_ID,TIMESTAMP,person_id\nin, hall ,c,1772442904, p\n")
    row = frame.iloc[0]
    assert (row["event_type"], row["zone"], row["camera_id"], row["person_id"]) == (
        "entry", "hall", "c", "p",
    )  # fmt: skip
    assert row["event_at"] == pd.Timestamp("2026-03-02 09:15:04", tz="UTC")
    assert row["timestamp_text"] == "1772442904"


def test_a_time_without_offset_is_in_the_zone_of_the_source(candidates: Candidates) -> None:
    text = f"{NEEDED}\n2026-03-02 09:15,p,c,entry\n2026-03-02 09:15Z,p,c,entry\n"
    berlin = candidates(text, "Europe/Berlin")["event_at"]
    assert list(berlin.dt.strftime("%H:%M")) == ["08:15", "09:15"]


def test_blank_fields_are_null(candidates: Candidates) -> None:
    frame = candidates(f"{NEEDED},age_group\n,  ,\t,entry,\n")
    for column in ("timestamp_text", "person_id", "camera_id", "age_group", "gender", "site_id"):
        assert values(frame, column) == [None]
    assert values(frame, "event_type") == ["entry"]


def test_event_types_have_aliases_in_any_case(candidates: Candidates) -> None:
    names = [*EVENT_ALIASES, *map(str.upper, EVENT_ALIASES), " Entered ", "LOITER", "Jump"]
    rows = "".join(f"1772442904,p,c,{name}\n" for name in names)
    expected = [*EVENT_ALIASES.values(), *EVENT_ALIASES.values(), "entry", "loiter", "Jump"]
    assert values(candidates(f"{NEEDED}\n{rows}"), "event_type") == expected


def test_other_columns_are_kept_where_they_hold_something(candidates: Candidates) -> None:
    frame = candidates(
        f"{NEEDED},Mood,,floor\n1,p,c,entry, glad ,x,3\n2,p,c,entry,,y,\n3,p,c,in,,,\n"
    )
    first, second, third = values(frame, "attributes")
    assert json.loads(str(first)) == {"mood": "glad", "column 6": "x", "floor": "3"}
    assert json.loads(str(second)) == {"column 6": "y"}
    assert third is None


def test_surplus_and_missing_fields_are_counted_and_shift_nothing(candidates: Candidates) -> None:
    frame = candidates(f"{NEEDED}\n1,p,c\n1,p,c,entry,more,still\n1,p,c,entry\n")
    assert values(frame, "surplus_fields") == [-1, 2, 0]
    assert values(frame, "person_id") == ["p"] * 3
    assert values(frame, "event_type") == [None, "entry", "entry"]


@pytest.mark.parametrize("length", [10, 999, 1001, 5000])
def test_the_longest_field_is_never_underestimated(candidates: Candidates, length: int) -> None:
    frame = candidates(f"{NEEDED}\n1,{'p' * length},c,entry\n")
    assert length <= frame["longest_field"].iloc[0] <= max(length, 1000)


def test_rows_keep_their_line_number(candidates: Candidates) -> None:
    frame = candidates(f'{NEEDED}\n\n1,"p\nq",c,entry\n2,p,c,exit\n')
    assert values(frame, "line_number") == [3, 5]
