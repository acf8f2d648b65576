"""Rows of several files made ready in one go: each is what it would be alone."""

from dataclasses import replace
from itertools import accumulate
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import get_args

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.lib.loading.row_reading import TextRows
from orchestration.lib.reading.candidate_rows import Layout
from orchestration.lib.reading.csv_chunk import Chunk
from orchestration.lib.reading.csv_reading import CsvFile
from orchestration.lib.reading.source_profiles import SourceProfile, read_source_profiles
from orchestration.lib.reading.timestamp_rules import DateOrder

EVENTS = "timestamp,person_id,camera_id,event_type,mood"
STAYS = "utc_time_started,person,camera,utc_time_ended,mood"
TIMES = st.sampled_from(
    [
        "", "now", "2026-03-02", "2026-03-02 09:15", "2026/03/02T09:15:04.5", "20260302T091504",
        "2026-03-02 09:15:04.123456789", "2026-03-02t09:15:04,5Z", "2026-03-02 09:15 +0130",
        "2026-03-29 02:30", "2026-10-25 02:30", "2026-02-30 10:00", "0001-01-01 00:00",
        "9999-12-31 23:59:59", "1772442904", "1772442904.25", "1772442904250", "-5", "9" * 17,
        "01.02.2026 10:00", "13.02.2026 10:00", "2/13/2026", "1/2/2026 9:00",
    ]
)  # fmt: skip
TEXTS = st.sampled_from(["", " p ", "é", "x,y", "entry", "OUT"])
ROWS = st.lists(st.tuples(TIMES, TEXTS, TEXTS, st.one_of(TEXTS, TIMES), TEXTS), min_size=1)
ORDERS = st.sampled_from([None, *get_args(DateOrder)])


def rows_of(folder: Path, header: str, rows: list[tuple[str, ...]], layout: Layout) -> TextRows:
    path = folder / "events.csv"
    lines = [",".join(f'"{field}"' for field in row) for row in rows]
    path.write_text("\n".join([header, *lines]) + "\n", encoding="utf-8")
    [chunk] = CsvFile(path).chunks(1000)
    return TextRows(layout, chunk, 0)


def profile(folder: Path, header: str) -> SourceProfile:
    name = "faces.csv" if header == STAYS else "events.csv"
    return read_source_profiles(folder).of(name)


@settings(deadline=None, max_examples=30)
@given(st.sampled_from([EVENTS, STAYS]), st.lists(ROWS, min_size=1, max_size=4), ORDERS)
def test_rows_are_read_together_as_alone(
    header: str, files: list[list[tuple[str, ...]]], order: DateOrder | None
) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        layout = Layout.of(header.split(","), profile(folder, header), "Europe/Berlin")
        layout = replace(layout, timestamps=replace(layout.timestamps, date_order=order))
        texts = [rows_of(folder, header, rows, layout) for rows in files]
    together = replace(texts[0], chunk=Chunk.joined([rows.chunk for rows in texts])).candidates()
    alone = [rows.candidates() for rows in texts]
    assert (together is None) == any(one is None for one in alone)
    if together is None:
        return
    begins = accumulate((len(rows.chunk) for rows in texts), initial=0)
    for rows, own, begin in zip(texts, alone, begins, strict=False):
        assert own is not None
        for part, frame in zip(together.part(rows, begin).frames, own.frames, strict=True):
            pd.testing.assert_frame_equal(part, frame)
