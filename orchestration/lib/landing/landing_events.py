"""When to look into the landing folder again."""

import time
from collections.abc import Iterator
from pathlib import Path

from watchfiles import watch

LIST_SECONDS = 0.1


def looks(folder: Path) -> Iterator[None]:
    """Give a sign whenever something happens in a folder, and every tenth of a second otherwise.

    File events shorten the wait; where there are none (network drives), listing finds all.
    """
    while True:
        try:
            for _ in watch(
                folder, watch_filter=None, recursive=False, debounce=20, step=10,
                rust_timeout=round(LIST_SECONDS * 1000), yield_on_timeout=True,
            ):  # fmt: skip
                yield
        except (OSError, RuntimeError):
            # No more folders can be watched, or something has a name that is no UTF-8.
            time.sleep(LIST_SECONDS)
            yield
