"""Rows of the reference put into raw, as the loader leaves them."""

from collections import defaultdict
from collections.abc import Iterable

import pandas as pd
import psycopg

from orchestration.lib.loading.raw_months import make_months, months_of
from tests.reference.events import RawRow

LOAD = """
insert into raw.loads
    (file_name, sha256, bytes, source, status, rows_read, rows_loaded, finished_at)
values (%(name)s, %(name)s, 10, 'default', 'loaded', %(count)s, %(count)s, now())
returning load_id
"""
LOAD_AS_NUMBERED = """
insert into raw.loads
    (load_id, file_name, sha256, bytes, source, status, rows_read, rows_loaded, finished_at)
overriding system value
values (%(number)s, %(name)s, %(name)s, 10, 'default', 'loaded', %(count)s, %(count)s, now())
returning load_id
"""
COPY = """
copy raw.camera_events (
    load_id, line_number, event_at, person_id, camera_id, event_type, age_group, gender,
    camera_name, zone, site_id, timestamp_text
) from stdin
"""


def insert_rows(
    connection: psycopg.Connection, rows: Iterable[RawRow], *, as_numbered: bool = False
) -> dict[int, int]:
    """Insert one load a `load_id` of the rows; give the load that each of them has become.

    With `as_numbered` it keeps its number, as a load does that commits later than the next ones.
    """
    files: dict[int, list[RawRow]] = defaultdict(list)
    for row in rows:
        files[row.load_id].append(row)
    instants = pd.Series([row.event_at for file in files.values() for row in file])
    make_months(connection, months_of(instants) if files else ())
    load = LOAD_AS_NUMBERED if as_numbered else LOAD
    return {number: _insert_file(connection, load, files[number]) for number in sorted(files)}


def _insert_file(connection: psycopg.Connection, statement: str, rows: list[RawRow]) -> int:
    number = rows[0].load_id
    told = {"number": number, "name": f"file {number}", "count": len(rows)}
    load = connection.execute(statement, told).fetchone()
    assert load is not None
    with connection.cursor().copy(COPY) as copy:
        for line, row in enumerate(rows, start=2):
            copy.write_row(
                (load[0], line, row.event_at, row.person_id, row.camera_id, row.event_type,
                 row.age_group, row.gender, row.camera_name, row.zone, row.site_id, "")
            )  # fmt: skip
    return int(load[0])
