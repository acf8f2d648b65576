"""Whether the worker of a run lives: it holds a lock on the run's file, from its fork to its end.

The kernel frees the lock whatever ends the process, kill -9 included; nobody has to notice, clean
up, or fear that the process id now belongs to another.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

RUN_WORKERS = "run-workers"  # the folder of the claims in the home folder


@dataclass(frozen=True)
class WorkerClaims:
    """The claims of one home folder, one file a run."""

    folder: Path

    def take(self, run_id: str) -> IO[str]:
        """Lock the run's file and keep it open; a forked child that keeps it holds the lock.

        Raises BlockingIOError if the run has a living worker already.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        claim = self._path(run_id).open("a+")
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return claim

    def sign(self, claim: IO[str]) -> None:
        """Write this process's id into its claim."""
        claim.truncate(0)
        claim.write(str(os.getpid()))
        claim.flush()

    @contextmanager
    def held(self, run_id: str) -> Iterator[None]:
        """Let this process be the run's worker for the length of a block."""
        with self.take(run_id) as claim:
            self.sign(claim)
            yield

    def is_alive(self, run_id: str) -> bool | None:
        """Tell whether the run's worker lives; None if the run never had one here."""
        try:
            with self._path(run_id).open("r") as claim:
                fcntl.flock(claim, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except FileNotFoundError:
            return None
        except BlockingIOError:
            return True
        return False

    def pid(self, run_id: str) -> int | None:
        """Give the id of the run's living worker."""
        if not self.is_alive(run_id):
            return None
        return int(self._path(run_id).read_text(encoding="utf-8") or 0) or None

    def forget_dead(self) -> None:
        """Remove the files of workers that have ended, but for the last few hundred."""
        files = sorted(self.folder.glob("*.run"), key=lambda path: path.stat().st_mtime)
        for path in files[:-KEPT_CLAIMS]:
            if not self.is_alive(path.stem):
                path.unlink()

    def _path(self, run_id: str) -> Path:
        return self.folder / f"{run_id}.run"


# Run monitoring asks about runs that have just ended; their files must outlive them a while.
KEPT_CLAIMS = 500
