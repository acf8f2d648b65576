"""The rejected rows of a load as a CSV file that can be mended and dropped again."""

import csv
import io
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO, cast

import psycopg

from expectations.reasons import ROW_REASONS
from orchestration.commands.asked_load import AskedLoad, asked_load
from orchestration.lib.foreseen_error import ForeseenError
from orchestration.lib.reading.file_content import CUT

ROWS = "select line_number, raw_line from raw.rejected_rows where load_id = %s order by line_number"
MARK = "\N{BYTE ORDER MARK}"


class NoRejectedRowsError(ForeseenError):
    """A load has no rows that were set aside; the text says why and what to do instead."""


@dataclass(frozen=True)
class RejectedRows:
    """What was written: of which file, how many rows for which reason, which lines not whole."""

    file_name: str
    stored_as: str | None
    reasons: Mapping[str, int]
    cut_lines: Sequence[int]

    def remarks(self, landing: Path) -> Iterator[str]:
        """Say why rows were set aside, what to do, and where those are that were not kept whole."""
        for code, count in sorted(self.reasons.items(), key=lambda pair: (-pair[1], pair[0])):
            yield f"{count:,} {code}: {ROW_REASONS[code]}"
        yield f"Mend these rows and drop them into {landing} as {self.file_name}."
        if self.cut_lines:
            lines = ", ".join(map(str, self.cut_lines))
            place = landing / (self.stored_as or self.file_name)
            yield f"Only the beginning is here of line {lines}; the whole is in {place}."


def write_rejected_rows(loader_url: str, load_id: int, target: TextIO) -> RejectedRows:
    """Write the header and the rejected rows of a load as they came.

    The text begins with a byte order mark: so it is read as UTF-8 by spreadsheets, and here under
    any source profile. Raises NoRejectedRowsError or UnknownLoadError.
    """
    cut_lines = []
    with psycopg.connect(loader_url) as connection:
        load = asked_load(connection, load_id)
        _require_rejected_rows(load)
        validation = load.validation or {}
        target.write(MARK + _header(validation))
        for line_number, raw_line in _rows(connection, load_id):
            target.write(f"{raw_line}\n")
            if raw_line.endswith(CUT):
                cut_lines.append(line_number)
    reasons = cast("dict[str, int]", validation.get("reasons", {}))
    return RejectedRows(load.file_name, load.stored_as, reasons, cut_lines)


def _require_rejected_rows(load: AskedLoad) -> None:
    load_name = f"{load.load_id}, {load.file_name},"
    if load.status != "loaded":
        message = f"Load {load_name} is {load.status}: none of its rows was taken"
        raise NoRejectedRowsError(message + "".join(_explanation(load)))
    if not load.rows_rejected:
        message = f"No row of load {load_name} was rejected."
        raise NoRejectedRowsError(message)


def _explanation(load: AskedLoad) -> Iterator[str]:
    """Say where the file is, why, and which command tells more."""
    validation = load.validation or {}
    yield f"; the file is {load.stored_as}." if load.stored_as else "."
    if load.reason:
        yield f"\n  {load.reason}"
    if reasons := cast("dict[str, int]", validation.get("reasons")):
        yield "\n  " + ", ".join(f"{count} {code}" for code, count in reasons.items())
    if "duplicate_of" in validation:
        yield f"\nRows of that load: dwellhouse rejected {validation['duplicate_of']}"
    folder, _, name = (load.stored_as or "").partition("/")
    if folder == "quarantine":
        yield f"\nWhat to do: dwellhouse quarantine show {shlex.quote(name)}"


def _header(validation: Mapping[str, object]) -> str:
    """Give the first line of the file as the load has read it."""
    names, delimiter = cast("list[str]", validation["header"]), str(validation["delimiter"])
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerow(names)
    return text.getvalue()


def _rows(connection: psycopg.Connection, load_id: int) -> Iterator[tuple[int, str]]:
    """Give line numbers and texts through a cursor of the server: there may be millions."""
    with connection.cursor(name="rejected") as cursor:
        yield from cursor.execute(ROWS, [load_id])
