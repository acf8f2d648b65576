"""Puts columns of text into JSON objects, one a row, without touching them one by one."""

from collections.abc import Mapping

import orjson
import pyarrow as pa
import pyarrow.compute as pc

# What JSON writes otherwise than it is: quotes, backslashes, control characters.
_ESCAPED = r'["\\\x00-\x1f]'


def json_objects(columns: Mapping[str, pa.Array], rows: int) -> pa.Array:
    """Give for each row the JSON text of its values by name; null where all of them are."""
    if not columns:
        return pa.nulls(rows, pa.large_string())
    members = [_members(name, values) for name, values in columns.items()]
    # Begins with an empty text: a row without any would be left out of the result.
    begin = pa.repeat(_text(""), rows)
    parts = pc.binary_join_element_wise(begin, *members, _text(","), null_handling="skip")
    joined = pc.utf8_slice_codeunits(parts, 1)
    objects = pc.binary_join_element_wise(_text("{"), joined, _text("}"), _text(""))
    return pc.if_else(pc.equal(joined, ""), None, objects)


def _members(name: str, values: pa.Array) -> pa.Array:
    """Give `"name":"value"` for each value; null where there is none."""
    key = _text(orjson.dumps(name).decode() + ":")
    if pc.any(pc.match_substring_regex(values, _ESCAPED)).as_py():
        written = [None if value is None else orjson.dumps(value) for value in values.to_pylist()]
        escaped = pa.array(written, pa.large_binary()).cast(pa.large_string())
        return pc.binary_join_element_wise(key, escaped, _text(""))
    return pc.binary_join_element_wise(key, _text('"'), values, _text('"'), _text(""))


def _text(value: str) -> pa.Scalar:
    return pa.scalar(value, pa.large_string())
