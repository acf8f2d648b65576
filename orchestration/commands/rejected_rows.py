"""The rejected rows of a load as a CSV file that can be mended and dropped again."""

import csv
import io
from collections.abc import Iterator, Mapping
from typing import TextIO, cast

import psycopg

from orchestration.commands.asked_load import AskedLoad, asked_load
from orchestration.lib.foreseen_error import ForeseenError

ROWS = "select raw_line from raw.rejected_rows where load_id = %s order by line_number"
MARK = "\N{BYTE ORDER MARK}"


class NoRejectedRowsError(ForeseenError):
    """A load has no rows that were set aside; the text says why and what to do instead."""


def write_rejected_rows(loader_url: str, load_id: int, target: TextIO) -> str:
    """Write the header and the rejected rows as they came; gives the name of the load's file.

    The text begins with a byte order mark: so it is read as UTF-8 by spreadsheets, and here under
    any source profile. Raises NoRejectedRowsError or UnknownLoadError.
    """
    with psycopg.connect(loader_url) as connection:
        load = asked_load(connection, load_id)
        _require_rejected_rows(load)
        target.write(MARK + _header(load.validation or {}))
        for raw_line in _raw_lines(connection, load_id):
            target.write(f"{raw_line}\n")
    return load.file_name


def _require_rejected_rows(load: AskedLoad) -> None:
    load_name = f"{load.load_id}, {load.file_name},"
    if load.status != "loaded":
        where = f"; the file is {load.stored_as}" if load.stored_as else ""
        message = f"Load {load_name} is {load.status}: none of its rows was taken{where}."
        raise NoRejectedRowsError(message)
    if not load.rows_rejected:
        message = f"No row of load {load_name} was rejected."
        raise NoRejectedRowsError(message)


def _header(validation: Mapping[str, object]) -> str:
    """Give the first line of the file as the load has read it."""
    names, delimiter = cast("list[str]", validation["header"]), str(validation["delimiter"])
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerow(names)
    return text.getvalue()


def _raw_lines(connection: psycopg.Connection, load_id: int) -> Iterator[str]:
    """Give them through a cursor of the server: there may be millions."""
    with connection.cursor(name="rejected") as cursor:
        for (raw_line,) in cursor.execute(ROWS, [load_id]):
            yield raw_line
