"""How far a load is: told while it runs, through a connection of its own, ahead of its commit."""

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import psycopg

from orchestration.lib.loading.ledger import Counts, FileIdentity
from orchestration.lib.statements import statement

TELL_SECONDS = 1.0


@dataclass(frozen=True)
class Progress:
    """One look at a file that has been loading for `seconds`."""

    file: FileIdentity
    counts: Counts
    bytes_read: int
    seconds: float

    def __str__(self) -> str:
        percent = min(100, self.bytes_read * 100 // max(1, self.file.bytes))
        rows = self.counts.rows_read
        return (
            f"{self.file.name}: {percent} %, {rows:,} rows read, "
            f"{rows / max(self.seconds, 0.001):,.0f} a second"
        )


OnProgress = Callable[[Progress], None]


@dataclass
class ProgressReport:
    """Tells of one load about once a second: to the ledger and to `on_progress`.

    Connects at first need, so that a small file costs nothing. What it writes is also the sign of
    life by which others know that the load is not stalled.
    """

    connection: psycopg.Connection
    load_id: int
    file: FileIdentity
    on_progress: OnProgress
    _own: psycopg.Connection | None = None
    _began: float = field(default_factory=time.monotonic)
    _told: float = field(default_factory=time.monotonic)

    def __call__(self, counts: Counts, bytes_read: int) -> None:
        """Take what has been read so far."""
        now = time.monotonic()
        if now - self._told < TELL_SECONDS:
            return
        self._told = now
        self.on_progress(Progress(self.file, counts, bytes_read, now - self._began))
        # Without a second connection the load is as good; it is only watched less well.
        with contextlib.suppress(psycopg.Error):
            self._write(counts, bytes_read)

    def close(self) -> None:
        """Give the connection back."""
        if self._own is not None:
            self._own.close()

    def _write(self, counts: Counts, bytes_read: int) -> None:
        if self._own is None:
            info = self.connection.info
            self._own = psycopg.connect(info.dsn, password=info.password, autocommit=True)
        self._own.execute(
            statement("note_progress"),
            {**vars(counts), "bytes_read": bytes_read, "load_id": self.load_id},
        )
