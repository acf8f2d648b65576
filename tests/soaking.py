"""The time of `make soak`, shared out among its tests: `SOAK_MINUTES`, an hour by default."""

import os
import time
from collections.abc import Iterator
from itertools import count

SECONDS = 60 * float(os.environ.get("SOAK_MINUTES", "60"))


def rounds(share: float) -> Iterator[int]:
    """Give numbers from 1 until that share of the time is over; one round at least."""
    ends_at = time.monotonic() + share * SECONDS
    for number in count(1):
        yield number
        if time.monotonic() > ends_at:
            return
