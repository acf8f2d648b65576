"""Keeps the logs of a stack from growing without end."""

import os
import shutil
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

LARGEST_BYTES = 64 * 1024**2
LOOK_SECONDS = 60.0


@dataclass
class LogBounds:
    """Logs that others append to; each is put aside once it has grown large."""

    logs: Sequence[Path]
    _look_at: float = 0.0

    def hold(self) -> None:
        """Look at the logs, if it is time to. A full disk, say, leaves them as they are."""
        now = time.monotonic()
        if now < self._look_at:
            return
        self._look_at = now + LOOK_SECONDS
        for log in self.logs:
            with suppress(OSError):
                _put_aside_if_large(log)


def _put_aside_if_large(log: Path) -> None:
    """Copy a large log to `NAME.log.1`, in place of the one before, and empty it.

    Whoever has it open goes on writing to it; what comes between the two steps is lost.
    """
    if log.stat().st_size > LARGEST_BYTES:
        aside = log.with_name(f"{log.name}.1")
        aside.touch(mode=0o600)  # that of the server is for nobody else's eyes, also while copied
        shutil.copy(log, aside)
        os.truncate(log, 0)
