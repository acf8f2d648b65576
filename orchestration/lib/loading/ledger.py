"""The ledger `raw.loads`: every file that ever came in, and what became of it.

Invariant: a content hash is `loaded` at most once. A claim holds a session lock on the hash on the
same connection that loads the rows. Whoever loses that connection (killed, cut off, believed dead)
has lost lock and rows at once; whoever gets the lock knows that a `loading` entry left behind is
dead. The unique index on loaded hashes stands behind it.

Failures count from when a file was last put away, in quarantine too: moved back, it begins anew.
`interrupted` ones, which the database, a disk or a person is to blame for, give no file up.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal, LiteralString, TypeAlias

import orjson
import psycopg
from psycopg.rows import class_row

from orchestration.lib.statements import statement

LOCK_POLL_SECONDS = 0.1
LoadStatus: TypeAlias = Literal["loading", "loaded", "duplicate", "rejected", "failed"]
# How a load ends whose file's content is in the warehouse, by this load or an earlier one.
IN_WAREHOUSE: frozenset[LoadStatus] = frozenset({"loaded", "duplicate"})


@dataclass(frozen=True)
class FileIdentity:
    """What tells a file from others: its content hash; and the name that it came under."""

    name: str
    sha256: str
    bytes: int
    source: str


@dataclass(frozen=True)
class FinishedLoad:
    """A load whose verdict is written; `stored_as` is null until its file has been moved."""

    load_id: int
    file_name: str
    sha256: str
    bytes: int
    status: LoadStatus
    stored_as: str | None


@dataclass(frozen=True)
class Failure:
    """Why an attempt at a file failed, as a code and a sentence."""

    reason_code: str
    reason: str


@dataclass(frozen=True)
class Counts:
    """What became of the rows of a file."""

    rows_read: int = 0
    rows_loaded: int = 0
    rows_rejected: int = 0


class Ledger:
    """Reads and writes `raw.loads` through one autocommit connection of the role loader."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    @contextmanager
    def content_lock(self, sha256: str, stalled_seconds: float) -> Iterator[None]:
        """Keep everyone else from loading this content; waits for whoever does so now.

        A holder that has given no sign of life for `stalled_seconds` loses its session: it may be
        believed dead and yet wake up, and must not commit then.
        """
        key = int.from_bytes(bytes.fromhex(sha256)[:8], signed=True)
        began = time.monotonic()
        while not self._value("select pg_try_advisory_lock(%s)", [key]):
            if time.monotonic() - began > stalled_seconds:
                self._end_stalled_holder(sha256, key, stalled_seconds)
            time.sleep(LOCK_POLL_SECONDS)
        try:
            yield
        finally:
            if not self._connection.closed:
                self._connection.execute("select pg_advisory_unlock(%s)", [key])

    def finished_load(self, sha256: str) -> FinishedLoad | None:
        """Give the load that holds this content, if there is one."""
        query = (
            "select load_id, file_name, sha256, bytes, status, stored_as from raw.loads "
            "where sha256 = %s and status = 'loaded'"
        )
        return next(iter(self._finished(query, [sha256])), None)

    def not_stored(self) -> list[FinishedLoad]:
        """Give the loads whose file has a verdict, or is given up, and is not known to be moved."""
        return self._finished(statement("not_stored"), [])

    def is_place_taken(self, stored_as: str, load: FinishedLoad) -> bool:
        """Tell whether what lies in this place is known not to be the file of a load.

        An earlier load of another content proves nothing: somebody may have taken its file away.
        """
        query = (
            "select exists (select from raw.loads "
            "where stored_as = %s and (load_id > %s or sha256 = %s))"
        )
        return bool(self._value(query, [stored_as, load.load_id, load.sha256]))

    def newest_load_in(self, stored_as: str) -> int:
        """Give the last of the loads that have their file in a place that one has."""
        query = "select max(load_id) from raw.loads where stored_as = %(stored_as)s"
        return self._number(query, {"stored_as": stored_as})

    def close_dead_loads(self) -> None:
        """Write down as failed what processes were loading that died, whoever may come for it."""
        self._connection.execute(statement("close_dead_loads"))

    def failures(self, sha256: str) -> list[Failure]:
        """Give the failures that a content may be to blame for, once dead loads are closed."""
        with self._connection.cursor(row_factory=class_row(Failure)) as cursor:
            return cursor.execute(statement("failures"), {"sha256": sha256}).fetchall()

    def failed_names(self, names: Sequence[str]) -> Mapping[str, bool]:
        """Give those of the names that have failed, and whether repeatedly by the file itself.

        For whoever plans a batch, and knows no contents yet. What has not ended has failed, too.
        """
        query = statement("failed_names")
        return dict(self._connection.execute(query, {"names": list(names)}).fetchall())

    def begin(self, file: FileIdentity, run_id: str | None) -> int:
        """Enter a file as `loading`, visible to all at once; gives its load_id."""
        return self._number(statement("begin_load"), {**vars(file), "run_id": run_id})

    def finish(
        self, load_id: int, status: LoadStatus, counts: Counts, validation: Mapping[str, object],
        reason_code: str | None = None, reason: str | None = None,
    ) -> None:  # fmt: skip
        """Write the outcome; in the same transaction as the rows if one is open."""
        outcome = {
            "status": status, **vars(counts), "validation": orjson.dumps(validation).decode(),
            "reason_code": reason_code, "reason": reason, "load_id": load_id,
        }  # fmt: skip
        self._connection.execute(statement("finish_load"), outcome)

    def record_place(self, load_id: int, stored_as: str, came_from: str) -> None:
        """Write where the file lies after its move; both places are relative to the landing folder.

        Loads that have replayed it go with it; those whose other file was there before lose it.
        """
        places = {"load_id": load_id, "stored_as": stored_as, "came_from": came_from}
        self._connection.execute(statement("record_place"), places)

    def _finished(self, query: LiteralString, parameters: list[object]) -> list[FinishedLoad]:
        with self._connection.cursor(row_factory=class_row(FinishedLoad)) as cursor:
            return cursor.execute(query, parameters).fetchall()

    def _end_stalled_holder(self, sha256: str, key: int, stalled_seconds: float) -> None:
        high, low = divmod(key % 2**64, 2**32)
        parameters = {"high": high, "low": low, "sha256": sha256}
        self._connection.execute(
            statement("end_stalled_holder"), {**parameters, "stalled_seconds": stalled_seconds}
        )

    def _value(
        self, query: LiteralString, parameters: list[object] | Mapping[str, object]
    ) -> object:
        row = self._connection.execute(query, parameters).fetchone()
        return row[0] if row else None

    def _number(self, query: LiteralString, parameters: Mapping[str, object]) -> int:
        number = self._value(query, parameters)
        assert isinstance(number, int)
        return number
