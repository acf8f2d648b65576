"""How long a file waits that was taken and is still there: longer after each time."""

import time
from collections.abc import Iterable
from dataclasses import dataclass, field

from orchestration.lib.landing.landing_files import LandedFile

FIRST_SECONDS = 5.0
LAST_SECONDS = 300.0


def retry_seconds(attempts: int) -> float:
    """Give how long to wait from the last of so many attempts (1 or more) to the next."""
    return min(FIRST_SECONDS * 2.0 ** min(attempts - 1, 10), LAST_SECONDS)


@dataclass
class RetryWaits:
    """Remembers which files were taken; one that has changed or gone since counts as new."""

    _taken: dict[LandedFile, tuple[int, float]] = field(default_factory=dict)

    def due(self, files: Iterable[LandedFile]) -> list[LandedFile]:
        """Give those of all files in landing that may be taken now."""
        now = time.monotonic()
        listed = list(files)
        self._taken = {file: self._taken[file] for file in listed if file in self._taken}
        return [file for file in listed if file not in self._taken or self._taken[file][1] <= now]

    def took(self, files: Iterable[LandedFile]) -> None:
        """Remember that these are taken now."""
        now = time.monotonic()
        for file in files:
            attempts = self._taken.get(file, (0, 0.0))[0] + 1
            self._taken[file] = attempts, now + retry_seconds(attempts)
