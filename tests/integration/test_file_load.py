"""One file from landing into raw: every row accounted for, every file in one place."""

import gzip
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from expectations.verdict import Limits
from orchestration.lib.landing.landing_files import Landing
from orchestration.lib.loading.file_load import FileLoader
from orchestration.lib.loading.load_outcome import LoadOutcome, LoadRules
from orchestration.lib.loading.row_load import RowLoad
from orchestration.runtime.warehouse_urls import Warehouse
from tests.event_files import HEADER, good_rows

RULES = LoadRules(
    limits=Limits(max_columns=256, max_field_length=100, max_rejected_share=0.5),
    timezone="Europe/Berlin",
    earliest=datetime(2000, 1, 1, tzinfo=UTC),
    future_tolerance=timedelta(hours=24),
    chunk_rows=40,
    max_file_bytes=100_000,
    max_file_rows=3_000,
    max_attempts=3,
    stalled_seconds=0.5,
)
Load = Callable[..., LoadOutcome]


@pytest.fixture
def landing(tmp_path: Path) -> Landing:
    folder = tmp_path / "landing"
    folder.mkdir()
    return Landing(folder)


@pytest.fixture
def connection(warehouse: Warehouse) -> Iterator[psycopg.Connection]:
    with psycopg.connect(warehouse.loader, autocommit=True) as connection:
        yield connection


@pytest.fixture
def load(connection: psycopg.Connection, landing: Landing) -> Load:
    def load(content: str | bytes, name: str = "a.csv") -> LoadOutcome:
        path = landing.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        outcome = FileLoader(connection, landing, RULES, "run").load(path, name)
        assert outcome is not None
        return outcome

    return load


def rejected(connection: psycopg.Connection) -> list[tuple[object, ...]]:
    query = (
        "select line_number, reason_code, column_name, value from raw.rejected_rows "
        "order by load_id, line_number"
    )
    return connection.execute(query).fetchall()


def loaded_rows(connection: psycopg.Connection) -> int:
    row = connection.execute("select count(*) from raw.camera_events").fetchone()
    assert row is not None
    return int(row[0])


def test_good_file_is_loaded_and_archived(
    load: Load, connection: psycopg.Connection, landing: Landing
) -> None:
    outcome = load(HEADER + good_rows(100))
    assert (outcome.status, outcome.counts.rows_loaded) == ("loaded", 100)
    assert loaded_rows(connection) == 100
    assert [path.name for path in landing.archive.iterdir()] == ["a.csv"]
    assert list(landing.files()) == []


def test_a_loaded_file_is_read_to_its_end(load: Load, connection: psycopg.Connection) -> None:
    load(HEADER + good_rows(3))
    row = connection.execute("select bytes_read, bytes, percent from raw.loads").fetchone()
    assert row is not None
    assert (row[0], row[2]) == (row[1], 100)


def test_local_time_is_read_in_the_zone_of_the_source(
    load: Load, connection: psycopg.Connection
) -> None:
    load(HEADER + "2026-07-01 12:00:00,p,c,Entered\n")
    row = connection.execute("select event_at, event_type from raw.camera_events").fetchone()
    assert row == (datetime(2026, 7, 1, 10, tzinfo=UTC), "entry")


def test_bad_rows_are_set_aside_with_line_and_reason(
    load: Load, connection: psycopg.Connection
) -> None:
    bad = (
        "soon,p,c,entry\n"  # line 102
        "2026-05-01 10:00,,c,entry\n"
        '2026-05-01 10:00,p,c,"jump\nhigh"\n'  # lines 104 and 105
        "2026-05-01 10:00,p,c\n"
        "2026-03-29 02:30,p,c,entry\n"
        "01/02/2026 10:00,p,c,entry\n"
        "1999-05-01 10:00,p,c,entry\n"
        f"2026-05-01 10:00,{'p' * 101},c,entry\n"
    )
    outcome = load(HEADER + good_rows(100) + bad)
    assert (outcome.counts.rows_read, outcome.counts.rows_loaded) == (108, 100)
    assert rejected(connection) == [
        (102, "unparseable_timestamp", "timestamp", "soon"),
        (103, "missing_value", "person_id", None),
        (104, "unknown_event_type", "event_type", "jump\nhigh"),
        (106, "field_count_mismatch", None, None),
        (107, "nonexistent_local_time", "timestamp", "2026-03-29 02:30"),
        (108, "ambiguous_timestamp", "timestamp", "01/02/2026 10:00"),
        (109, "timestamp_out_of_range", "timestamp", "1999-05-01 10:00"),
        (110, "field_too_long", None, None),
    ]


def test_bad_bytes_cost_their_row_only(load: Load, connection: psycopg.Connection) -> None:
    rows = good_rows(3).encode() + b"2026-05-01 10:00,\xff,c,entry\n2026-05-01 10:00,\0,c,entry\n"
    outcome = load(HEADER.encode() + rows)
    assert (outcome.counts.rows_loaded, dict(outcome.reasons)) == (3, {"invalid_characters": 2})
    raw = connection.execute("select raw_line from raw.rejected_rows").fetchall()
    assert raw == [("2026-05-01 10:00,\\xff,c,entry",), ("2026-05-01 10:00,\\x00,c,entry",)]


@pytest.mark.parametrize(
    ("content", "reason_code"),
    [
        ("", "empty_file"),
        (HEADER, "empty_file"),
        ("\n\n", "empty_file"),
        ("  \n\t\t\r\n", "empty_file"),
        ("timestamp,camera_id,event_type\n2026-05-01 10:00,c,entry\n", "missing_columns"),
        (HEADER.strip() + ",Camera_ID\n", "duplicate_columns"),
        (HEADER.strip() + "," + ",".join(f"x{i}" for i in range(300)) + "\n", "too_many_columns"),
        (HEADER.replace(",", ":") + "1:2:3:4\n", "unsupported_delimiter"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\0\0\0" + bytes(range(256)), "undecodable"),
        (b"PK\3\4\x14\0\6\0\x08\0\0\0!\0\xdf\xa4\xd2lZ" + bytes(range(256)), "undecodable"),
        (
            HEADER + good_rows(3) + '2026-05-01 10:00,"p,c,entry\n' + good_rows(9),
            "unterminated_quote",
        ),
        (HEADER + good_rows(3) + "x,p,c,entry\n" * 4, "too_many_rejected_rows"),
        (HEADER + good_rows(4000), "too_large"),
        (gzip.compress((HEADER + good_rows(9)).encode())[:-9], "corrupt_archive"),
    ],
)
def test_bad_file_is_quarantined_whole(
    load: Load, connection: psycopg.Connection, landing: Landing,
    content: str | bytes, reason_code: str,
) -> None:  # fmt: skip
    outcome = load(content)
    assert (outcome.status, outcome.reason_code) == ("rejected", reason_code)
    assert loaded_rows(connection) == 0
    assert outcome.counts.rows_read == outcome.counts.rows_rejected
    assert list(landing.files()) == []
    reason = json.loads((landing.quarantine / "a.csv.reason.json").read_text())
    assert reason["reason_code"] == reason_code
    assert (landing.quarantine / "a.csv").exists()


def test_stray_quote_swallows_no_row_in_silence(load: Load, connection: psycopg.Connection) -> None:
    stray = '2026-05-01 10:00,"p,c,entry\n2026-05-01 10:00,q"s",c,entry\n'
    load(HEADER + good_rows(3) + stray + good_rows(3, "q"))
    assert [row[:2] for row in rejected(connection)] == [(5, "field_count_mismatch")]
    assert connection.execute("select raw_line from raw.rejected_rows").fetchall() == [
        ('2026-05-01 10:00,"p,c,entry',)
    ]
    assert loaded_rows(connection) == 7


def test_a_note_may_hold_what_looks_like_a_row(load: Load, connection: psycopg.Connection) -> None:
    note = "copied from the log:\n2026-05-01 12:00,mallory,c,entry,x"
    header = HEADER.replace("\n", ",note\n")
    outcome = load(f'{header}2026-05-01 10:00,p,c,entry,"{note}"\n2026-05-01 10:01,p,c,exit,\n')
    assert (outcome.counts.rows_read, outcome.counts.rows_loaded) == (2, 2)
    query = "select attributes ->> 'note' from raw.camera_events order by line_number"
    assert connection.execute(query).fetchall() == [(note,), (None,)]


def test_compressed_file_is_loaded(load: Load) -> None:
    outcome = load(gzip.compress((HEADER + good_rows(9)).encode()), "a.csv.gz")
    assert (outcome.status, outcome.counts.rows_loaded) == ("loaded", 9)


def test_columns_may_come_in_any_order_and_case(load: Load, connection: psycopg.Connection) -> None:
    load("\ufeffEvent_Type,floor,CAMERA_ID,Timestamp,person_id,\r\nin, 3 ,c,1777624800, p ,\r\n")
    row = connection.execute(
        "select event_at, person_id, camera_id, event_type, attributes from raw.camera_events"
    ).fetchone()
    assert row == (datetime(2026, 5, 1, 8, 40, tzinfo=UTC), "p", "c", "entry", {"floor": "3"})


def test_same_content_is_loaded_once(
    load: Load, connection: psycopg.Connection, landing: Landing
) -> None:
    first = load(HEADER + good_rows(10))
    again, renamed = load(HEADER + good_rows(10)), load(HEADER + good_rows(10), "b.csv")
    assert (again.status, renamed.status) == ("duplicate", "duplicate")
    assert loaded_rows(connection) == 10
    names = {path.name for path in landing.archive.iterdir()}
    assert names == {"a.csv", f"a.{again.load_id}.csv", "b.csv"}
    assert first.load_id < again.load_id


def test_same_name_with_new_content_is_loaded(load: Load) -> None:
    load(HEADER + good_rows(10))
    assert load(HEADER + good_rows(10, "q")).status == "loaded"


def test_interrupted_move_is_finished(
    load: Load, connection: psycopg.Connection, landing: Landing
) -> None:
    """Killed after the commit and halfway through the move: linked, and not yet unlinked."""
    outcome = load(HEADER + good_rows(10))
    (landing.folder / "a.csv").hardlink_to(landing.archive / "a.csv")
    connection.execute("update raw.loads set stored_as = null")
    again = FileLoader(connection, landing, RULES, "run").load(landing.folder / "a.csv", "a.csv")
    assert again is not None
    assert (again.status, again.load_id) == ("loaded", outcome.load_id)
    assert list(landing.files()) == []
    assert [path.name for path in landing.archive.iterdir()] == ["a.csv"]


def test_entry_of_a_killed_process_is_closed(load: Load, connection: psycopg.Connection) -> None:
    load(HEADER + good_rows(10))
    connection.execute("update raw.loads set status = 'loading'")
    load(HEADER + good_rows(10))
    statuses = connection.execute("select status from raw.loads order by load_id").fetchall()
    assert statuses == [("failed",), ("loaded",)]


def test_who_ends_the_run_is_not_held_against_the_file(
    load: Load, connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(RowLoad, "copy", ended)
        for _ in range(RULES.max_attempts + 1):
            with pytest.raises(KeyboardInterrupt):
                load(HEADER + good_rows(5))
    assert load(HEADER + good_rows(5)).status == "loaded"
    attempts = connection.execute("select status, reason_code from raw.loads order by load_id")
    ends = [("failed", "interrupted")] * (RULES.max_attempts + 1)
    assert attempts.fetchall() == [*ends, ("loaded", None)]


def test_what_has_committed_stays_loaded_when_the_run_is_ended(
    load: Load, connection: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = FileLoader._copy

    def copy_and_end(*arguments: Any) -> None:
        copy(*arguments)
        ended()

    with monkeypatch.context() as patched:
        patched.setattr(FileLoader, "_copy", copy_and_end)
        with pytest.raises(KeyboardInterrupt):
            load(HEADER + good_rows(5))
    assert load(HEADER + good_rows(5)).status == "loaded"
    loads = connection.execute("select status, rows_loaded from raw.loads")
    assert loads.fetchall() == [("loaded", 5)]
    assert loaded_rows(connection) == 5


def ended(*_: object) -> None:
    raise KeyboardInterrupt
