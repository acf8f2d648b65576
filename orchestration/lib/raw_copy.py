"""Copies judged rows into raw, in the transaction of whoever calls."""

import io

import pandas as pd
import psycopg
import pyarrow as pa
import pyarrow.csv as pacsv

from orchestration.lib.fault_points import reached

EVENT_COLUMNS = (
    "load_id", "line_number", "event_at", "person_id", "camera_id", "event_type", "age_group",
    "gender", "camera_name", "zone", "site_id", "timestamp_text", "attributes",
)  # fmt: skip
REJECTED_COLUMNS = (
    "load_id", "line_number", "column_name", "value", "reason_code", "raw_line", "expectation",
)  # fmt: skip


def copy_events(connection: psycopg.Connection, load_id: int, accepted: pd.DataFrame) -> None:
    """Append accepted candidate rows to `raw.camera_events`."""
    _copy(connection, "raw.camera_events", EVENT_COLUMNS, accepted.assign(load_id=load_id))


def copy_rejected(connection: psycopg.Connection, load_id: int, rejected: pd.DataFrame) -> None:
    """Append rejected rows with their reasons to `raw.rejected_rows`."""
    _copy(connection, "raw.rejected_rows", REJECTED_COLUMNS, rejected.assign(load_id=load_id))


def _copy(
    connection: psycopg.Connection, table: str, columns: tuple[str, ...], frame: pd.DataFrame
) -> None:
    """Write through Arrow's CSV, which quotes every value, so that null and '' stay apart."""
    if frame.empty:
        return
    buffer = io.BytesIO()
    options = pacsv.WriteOptions(include_header=False, quoting_style="all_valid")
    content = pa.Table.from_pandas(frame[list(columns)], preserve_index=False)
    pacsv.write_csv(content, buffer, options)
    statement = f"copy {table} ({', '.join(columns)}) from stdin (format csv)"
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(buffer.getbuffer())
        reached("copying")
