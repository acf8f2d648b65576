"""Each row has the JSON object of its own values, and none where it has no values."""

import json

import pyarrow as pa
from hypothesis import example, given
from hypothesis import strategies as st

from orchestration.lib.reading.json_objects import json_objects

values = st.none() | st.text(st.sampled_from('ab,"\\\n{é'), min_size=1, max_size=4)


@given(rows=st.lists(st.tuples(values, values), max_size=6))
@example(rows=[(None, None), ("a", None), (None, None), ("b", '"')])
def test_a_row_has_its_own_values_or_null(rows: list[tuple[str | None, str | None]]) -> None:
    columns = {
        name: pa.array([row[at] for row in rows], pa.large_string())
        for at, name in enumerate(["first", "note, long"])
    }
    objects = json_objects(columns, len(rows)).to_pylist()
    expected = [
        {name: value for name, value in zip(columns, row, strict=True) if value is not None} or None
        for row in rows
    ]
    assert [text and json.loads(text) for text in objects] == expected
