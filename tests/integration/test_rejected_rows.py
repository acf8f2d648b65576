"""Rejected rows come out as a file that can be mended and dropped: the round trip loses no row."""

import io
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from orchestration.commands.asked_load import UnknownLoadError
from orchestration.commands.rejected_rows import NoRejectedRowsError, write_rejected_rows
from orchestration.lib.landing.landing_files import Landing
from orchestration.lib.loading.file_load import FileLoader
from orchestration.lib.loading.load_outcome import LoadOutcome
from orchestration.lib.reading.file_content import CUT, LONGEST_LINE_BYTES
from orchestration.runtime.warehouse_urls import Warehouse
from tests.event_files import HEADER, good_rows
from tests.integration.test_file_load import RULES, connection, landing, load

__all__ = ["connection", "landing", "load"]
Load = Callable[..., LoadOutcome]
# With a quoted name and a line break within quotes, as exports have them.
WIDE_HEADER = HEADER.strip() + ',"note, long"\n'
BAD_ROWS = 'soon,p,c,entry,"a ""b"",\nc"\n2026-05-01 10:00,,c,entry,\n'
REASONS = [
    "1 missing_value: A required value is empty.",
    "1 unparseable_timestamp: The timestamp is in no accepted format.",
]


def written(warehouse: Warehouse, load_id: int) -> str:
    text = io.StringIO()
    rows = write_rejected_rows(warehouse.loader, load_id, text)
    *reasons, told = rows.remarks(Path("landing"))
    assert told == "Mend these rows and drop them into landing as a.csv."
    assert reasons == REASONS
    return text.getvalue()


def test_mended_rows_are_loaded_when_they_are_dropped(
    load: Load, warehouse: Warehouse, connection: psycopg.Connection
) -> None:
    good = good_rows(9).replace("entry\n", "entry,\n")
    first = load(WIDE_HEADER + good + BAD_ROWS)
    text = written(warehouse, first.load_id)
    assert text == "\ufeff" + WIDE_HEADER + BAD_ROWS
    mended = text.replace("soon", "2026-05-01 10:00").replace(",,c", ",p2,c")
    second = load(mended.encode("utf-8"))
    assert (second.status, second.counts.rows_loaded) == ("loaded", 2)
    notes = connection.execute(
        "select attributes ->> 'note, long' from raw.camera_events where load_id = %s "
        "order by line_number",
        [second.load_id],
    ).fetchall()
    assert notes == [('a "b",\nc',), (None,)]


def test_a_line_that_was_not_kept_whole_is_told_with_its_place(
    connection: psycopg.Connection, landing: Landing, warehouse: Warehouse
) -> None:
    path = landing.folder / "a.csv"
    path.write_text(HEADER + good_rows(3) + "2026-05-01," + "x" * LONGEST_LINE_BYTES + "\n")
    rules = replace(RULES, max_file_bytes=2 * LONGEST_LINE_BYTES)
    loaded = FileLoader(connection, landing, rules, "run").load(path, "a.csv")
    assert loaded is not None
    text = io.StringIO()
    rows = write_rejected_rows(warehouse.loader, loaded.load_id, text)
    assert text.getvalue().endswith("x" * 900 + CUT + "\n")
    told = f"Only the beginning is here of line 5; the whole is in {landing.archive / 'a.csv'}."
    assert list(rows.remarks(landing.folder))[-1:] == [told]


def test_where_there_are_no_rows_a_sentence_says_why(load: Load, warehouse: Warehouse) -> None:
    good, bad = load(HEADER + good_rows(9)), load(HEADER + "x,p,c,entry\n", "my bad.csv")
    again = load(HEADER + good_rows(9))
    for load_id, told in (
        (good.load_id, "No row of load 1, a.csv, was rejected."),
        (
            bad.load_id,
            "Load 2, my bad.csv, is rejected: none of its rows was taken; the file is "
            "quarantine/my bad.csv.\n  Too large .*\n  1 unparseable_timestamp\n"
            "What to do: dwellhouse quarantine show 'my bad.csv'$",
        ),
        (
            again.load_id,
            "Load 3, a.csv, is duplicate: .*\n.*\nRows of that load: dwellhouse rejected 1$",
        ),
        (99, "There is no load 99; dwellhouse status shows the last ones."),
    ):
        with pytest.raises((NoRejectedRowsError, UnknownLoadError), match=told):
            write_rejected_rows(warehouse.loader, load_id, io.StringIO())
