"""Builds let short loads end that are under way: each would need a whole build of its own.

A load holds its lock on the connection that loads, so that one which is killed is not waited for.
No load waits for a build, and a build not for long: it does not matter to what is right, only to
how many builds a burst of files takes.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

# What is loaded in less time than a build takes. Who drops a small file shall not wait for a large.
SHORT_BYTES = 32 * 1024**2
# A build of few rows takes as long: to wait costs at most what not to wait may cost.
WAIT_SECONDS = 5.0
POLL_SECONDS = 0.05

_ENDED = "select pg_try_advisory_xact_lock(hashtext('dwellhouse.short_loads'))"


@contextmanager
def load_under_way(connection: psycopg.Connection, size: int) -> Iterator[None]:
    """Show builds that `size` bytes are being loaded, if these are few."""
    if size > SHORT_BYTES:
        yield
        return
    connection.execute("select pg_advisory_lock_shared(hashtext('dwellhouse.short_loads'))")
    try:
        yield
    finally:
        if not connection.closed:
            connection.execute(
                "select pg_advisory_unlock_shared(hashtext('dwellhouse.short_loads'))"
            )


def let_short_loads_end(connection: psycopg.Connection, at_most: float = WAIT_SECONDS) -> None:
    """Wait until no short load is under way, `at_most` so many seconds."""
    deadline = time.monotonic() + at_most
    while connection.execute(_ENDED).fetchone() != (True,) and time.monotonic() < deadline:
        time.sleep(POLL_SECONDS)
