"""The rows of a chunk that are set aside, as `raw.rejected_rows` keeps them."""

from collections.abc import Sequence

import pandas as pd

from expectations.verdict import RowFailure
from orchestration.lib.reading.csv_chunk import Chunk

_NONE = pd.DataFrame()


def rejected_rows(
    chunk: Chunk, candidates: pd.DataFrame, failures: Sequence[RowFailure]
) -> pd.DataFrame:
    """Give line number, column, value, reason and raw text of each row that failed."""
    if not failures:  # as in most files; empty columns take as long to make as filled ones
        return _NONE
    positions = [failure.position for failure in failures]
    checks = [failure.check for failure in failures]
    columns = [None if check.column == "*" else check.column for check in checks]
    values: dict[int, object] = {}
    for column in {*columns} - {None}:
        of_column = [at for at, name in zip(positions, columns, strict=True) if name == column]
        judged = candidates["timestamp_text" if column == "timestamp" else column]
        values.update(zip(of_column, judged.loc[of_column], strict=True))
    rows = {
        "line_number": candidates["line_number"].loc[positions],
        "column_name": pd.Series(columns, index=positions, dtype="str"),
        "value": pd.Series(list(map(values.get, positions)), positions, "str"),
        "reason_code": pd.Series([check.reason_code for check in checks], positions, "str"),
        "raw_line": pd.Series(chunk.raw_texts(positions), positions, "str"),
        "expectation": pd.Series([check.expectation for check in checks], positions, "str"),
    }
    return pd.DataFrame(rows)
