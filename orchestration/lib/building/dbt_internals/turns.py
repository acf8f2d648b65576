"""Threads that work by turns: side by side all would be as late as the last."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Turn:
    """Which thread works: one at a time, but for those that wait for the server."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of_thread = threading.local()

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Work in a block, once it is this thread's turn."""
        with self._lock:
            self._of_thread.is_taken = True
            try:
                yield
            finally:
                self._of_thread.is_taken = False

    @contextmanager
    def passed_on(self) -> Iterator[None]:
        """Let others work during a block, if this thread has the turn."""
        if not getattr(self._of_thread, "is_taken", False):
            yield
            return
        self._lock.release()
        try:
            yield
        finally:
            self._lock.acquire()
