"""The embedded Postgres under a supervisor: no child of its own, yet started again when it dies."""

import time
from dataclasses import dataclass

from orchestration.runtime.embedded_postgres import EmbeddedPostgres, PostgresStartError
from orchestration.runtime.supervised_process import RESTART_SECONDS

WAITS = RESTART_SECONDS[1:]


@dataclass
class SupervisedPostgres:
    """Watches the server of a home folder; `failure` says why the last start of it failed."""

    server: EmbeddedPostgres
    failure: str | None = None
    _failures: int = 0
    _next_at: float = 0.0

    def revive(self) -> bool:
        """Start it again if it has died, later each time that this fails; tell if it was dead.

        It may fail at first: what a killed server was doing has to end before the next one starts.
        """
        self.failure = None
        if time.monotonic() < self._next_at or self.server.is_listening():
            return False
        try:
            was_dead = self.server.revive()
        except PostgresStartError as error:
            wait = WAITS[min(self._failures, len(WAITS) - 1)]
            self._failures, self._next_at = self._failures + 1, time.monotonic() + wait
            self.failure = f"{error}\nIt is tried again in {wait:.0f} s."
            return False
        self._failures = 0
        return was_dead
