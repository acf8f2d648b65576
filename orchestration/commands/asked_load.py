"""The load that a person names by its number, as the ledger has it."""

from dataclasses import dataclass

import psycopg
from psycopg.rows import class_row

from orchestration.lib.foreseen_error import ForeseenError
from orchestration.lib.loading.ledger import LoadStatus

LOAD = """
select load_id, file_name, status, rows_loaded, rows_rejected, reason, stored_as, validation
from raw.loads where load_id = %s
"""


class UnknownLoadError(ForeseenError):
    """No load has the number that a person has given."""


@dataclass(frozen=True)
class AskedLoad:
    """What became of a load; `stored_as` is where its file lies, once it has been moved."""

    load_id: int
    file_name: str
    status: LoadStatus
    rows_loaded: int
    rows_rejected: int
    reason: str | None
    stored_as: str | None
    validation: dict[str, object] | None


def asked_load(connection: psycopg.Connection, load_id: int) -> AskedLoad:
    """Give the load of this number; raises UnknownLoadError."""
    with connection.cursor(row_factory=class_row(AskedLoad)) as cursor:
        load = cursor.execute(LOAD, [load_id]).fetchone()
    if load is None:
        message = f"There is no load {load_id}; dwellhouse status shows the last ones."
        raise UnknownLoadError(message)
    return load
