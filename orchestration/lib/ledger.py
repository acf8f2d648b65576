"""The ledger `raw.loads`: every file that ever came in, and what became of it.

Invariant: a content hash is `loaded` at most once. A claim holds a session lock on the hash on the
same connection that loads the rows. Whoever loses that connection (killed, cut off, believed dead)
has lost lock and rows at once; whoever gets the lock knows that a `loading` entry left behind is
dead. The unique index on loaded hashes stands behind it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

import orjson
import psycopg
from psycopg.rows import class_row

DEAD_CLAIM = "The process that loaded this file ended before it was done; the file is tried again."


@dataclass(frozen=True)
class FileIdentity:
    """What tells a file from others: its content hash; and the name that it came under."""

    name: str
    sha256: str
    bytes: int
    source: str


@dataclass(frozen=True)
class FinishedLoad:
    """The load that already holds a content."""

    load_id: int
    file_name: str
    stored_as: str | None


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
    def content_lock(self, sha256: str) -> Iterator[None]:
        """Keep everyone else from loading this content; waits for whoever does so now."""
        key = int.from_bytes(bytes.fromhex(sha256)[:8], signed=True)
        self._connection.execute("select pg_advisory_lock(%s)", [key])
        try:
            yield
        finally:
            if not self._connection.closed:
                self._connection.execute("select pg_advisory_unlock(%s)", [key])

    def finished_load(self, sha256: str) -> FinishedLoad | None:
        """Give the load that holds this content, if there is one."""
        query = (
            "select load_id, file_name, stored_as from raw.loads "
            "where sha256 = %s and status = 'loaded'"
        )
        with self._connection.cursor(row_factory=class_row(FinishedLoad)) as cursor:
            return cursor.execute(query, [sha256]).fetchone()

    def failed_attempts(self, sha256: str) -> int:
        """Close entries of processes that died, then count the failed attempts at this content.

        Call it under the content lock: only then is a `loading` entry known to be dead.
        """
        self._connection.execute(
            "update raw.loads set status = 'failed', reason = %s, finished_at = clock_timestamp() "
            "where sha256 = %s and status = 'loading'",
            [DEAD_CLAIM, sha256],
        )
        row = self._connection.execute(
            "select count(*) from raw.loads where sha256 = %s and status = 'failed'", [sha256]
        ).fetchone()
        return int(row[0]) if row else 0

    def begin(self, file: FileIdentity, run_id: str | None) -> int:
        """Enter a file as `loading`, visible to all at once; gives its load_id."""
        row = self._connection.execute(
            "insert into raw.loads (file_name, sha256, bytes, source, status, run_id) "
            "values (%s, %s, %s, %s, 'loading', %s) returning load_id",
            [file.name, file.sha256, file.bytes, file.source, run_id],
        ).fetchone()
        assert row is not None
        return int(row[0])

    def finish(
        self, load_id: int, status: str, counts: Counts, validation: Mapping[str, object],
        reason_code: str | None = None, reason: str | None = None,
    ) -> None:  # fmt: skip
        """Write the outcome; in the same transaction as the rows if one is open."""
        self._connection.execute(
            "update raw.loads set status = %s, rows_read = %s, rows_loaded = %s, "
            "rows_rejected = %s, validation = %s, reason_code = %s, reason = %s, "
            "finished_at = clock_timestamp() where load_id = %s",
            [
                status, counts.rows_read, counts.rows_loaded, counts.rows_rejected,
                orjson.dumps(validation).decode(), reason_code, reason, load_id,
            ],
        )  # fmt: skip

    def record_place(self, load_id: int, stored_as: str) -> None:
        """Write where the file lies after its move, relative to the landing folder."""
        self._connection.execute(
            "update raw.loads set stored_as = %s where load_id = %s", [stored_as, load_id]
        )
