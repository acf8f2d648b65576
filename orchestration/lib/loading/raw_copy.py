"""Writes judged rows as Postgres takes them and copies them into raw."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd
import psycopg
import pyarrow as pa
import pyarrow.csv as pacsv

from orchestration.lib.fault_points import reached
from orchestration.lib.loading.raw_months import months_of

EVENT_COLUMNS = (
    "load_id", "line_number", "event_at", "person_id", "camera_id", "event_type", "age_group",
    "gender", "camera_name", "zone", "site_id", "timestamp_text", "attributes",
)  # fmt: skip
REJECTED_COLUMNS = (
    "load_id", "line_number", "column_name", "value", "reason_code", "raw_line", "expectation",
)  # fmt: skip

BATCH_ROWS = 8192


@dataclass(frozen=True)
class CopyText:
    """Rows of one table as the text of a COPY, and the months that have to be there for them."""

    table: str
    columns: Sequence[str]
    text: pa.Buffer
    months: frozenset[date] = frozenset()

    def copy(self, connection: psycopg.Connection) -> None:
        """Append the rows, in the transaction of whoever calls."""
        if not self.text.size:
            return
        statement = f"copy {self.table} ({', '.join(self.columns)}) from stdin (format csv)"
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            copy.write(memoryview(self.text))
            reached("copying")


def events_text(load_id: int, accepted: pd.DataFrame) -> CopyText:
    """Write accepted candidate rows for `raw.camera_events`."""
    written = _written("raw.camera_events", EVENT_COLUMNS, load_id, accepted)
    return (
        replace(written, months=months_of(accepted["event_at"])) if written.text.size else written
    )


def rejected_text(load_id: int, rejected: pd.DataFrame) -> CopyText:
    """Write rejected rows with their reasons for `raw.rejected_rows`."""
    return _written("raw.rejected_rows", REJECTED_COLUMNS, load_id, rejected)


def _written(table: str, columns: tuple[str, ...], load_id: int, frame: pd.DataFrame) -> CopyText:
    """Write through Arrow's CSV, which quotes every text, so that null and '' stay apart."""
    target = pa.BufferOutputStream()
    if not frame.empty:
        # `Table.from_pandas` would also look after indexes and metadata, which takes longer.
        names = [name for name in columns if name != "load_id"]
        content = pa.table({name: pa.array(frame[name], from_pandas=True) for name in names})
        content = _with_written_instants(content)
        content = content.add_column(0, "load_id", pa.repeat(pa.scalar(load_id), len(frame)))
        options = pacsv.WriteOptions(
            include_header=False, quoting_style="needed", batch_size=BATCH_ROWS
        )
        pacsv.write_csv(content, target, options)
    return CopyText(table, columns, target.getvalue())


def _with_written_instants(content: pa.Table) -> pa.Table:
    """Write instants as text (with `Z`) by a cast, many times faster than the CSV writer does."""
    for position, column in enumerate(content.schema):
        if pa.types.is_timestamp(column.type):
            text = content.column(position).cast(pa.large_string())
            content = content.set_column(position, column.name, text)
    return content
