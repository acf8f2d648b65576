"""The rejected rows of a load as a CSV file that can be mended and dropped again."""

import csv
import io
from collections.abc import Iterator
from typing import TextIO

import psycopg

from orchestration.lib.foreseen_error import ForeseenError

ROWS = """
select raw_line from raw.rejected_rows where load_id = %s order by line_number
"""
LOAD = """
select file_name, status, rows_rejected, stored_as, validation
from raw.loads where load_id = %s
"""
MARK = "\N{BYTE ORDER MARK}"


class NoRejectedRowsError(ForeseenError):
    """A load has no rows that were set aside; the text says why and what to do instead."""


def write_rejected_rows(loader_url: str, load_id: int, target: TextIO) -> str:
    """Write the header and the rejected rows as they came; gives the name of the load's file.

    The text begins with a byte order mark: so it is read as UTF-8 by spreadsheets, and here under
    any source profile. Raises NoRejectedRowsError.
    """
    with psycopg.connect(loader_url) as connection:
        name, names, delimiter = _load(connection, load_id)
        target.write(MARK + _header(names, delimiter))
        for raw_line in _raw_lines(connection, load_id):
            target.write(f"{raw_line}\n")
    return name


def _load(connection: psycopg.Connection, load_id: int) -> tuple[str, list[str], str]:
    """Give the name, the names of the columns and the delimiter of the load's file."""
    load = connection.execute(LOAD, [load_id]).fetchone()
    if load is None:
        message = f"There is no load {load_id}; dwellhouse status shows the last ones."
        raise NoRejectedRowsError(message)
    name, status, rejected, stored_as, validation = load
    if status != "loaded":
        where = f"; the file is {stored_as}" if stored_as else ""
        message = f"Load {load_id}, {name}, is {status}: none of its rows was taken{where}."
        raise NoRejectedRowsError(message)
    if not rejected:
        message = f"No row of load {load_id}, {name}, was rejected."
        raise NoRejectedRowsError(message)
    return name, validation["header"], validation["delimiter"]


def _header(names: list[str], delimiter: str) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerow(names)
    return text.getvalue()


def _raw_lines(connection: psycopg.Connection, load_id: int) -> Iterator[str]:
    """Give them through a cursor of the server: there may be millions."""
    with connection.cursor(name="rejected") as cursor:
        for (raw_line,) in cursor.execute(ROWS, [load_id]):
            yield raw_line
