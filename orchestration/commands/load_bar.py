"""The progress bar of `dwellhouse load`: what a run writes to the ledger, shown while it runs."""

import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from orchestration.lib.statements import statement

LOOK_SECONDS = 0.2


@dataclass(frozen=True)
class RunSeen:
    """How far a run is: bytes and rows read, files done, and the file that it reads now."""

    bytes_read: int
    rows_read: int
    files_done: int
    file_name: str | None
    rows_per_second: float | None

    def activity(self, files: int) -> str:
        """Say in a few words what the run is doing."""
        if self.file_name is not None:
            return f"Loading {self.file_name}"
        return "Building the marts" if self.files_done >= files else "Getting ready"

    @property
    def rows(self) -> str:
        """The rows, and how many a second where that is known."""
        rate = f", {self.rows_per_second:,.0f} a second" if self.rows_per_second else ""
        return f"{self.rows_read:,} rows{rate}"


def run_seen(connection: psycopg.Connection, run_id: str) -> RunSeen:
    """Look at the ledger once, through an autocommit connection."""
    row = connection.execute(statement("run_seen"), [run_id]).fetchone()
    assert row is not None
    return RunSeen(*row)


@contextmanager
def load_bar(loader_url: str, run_id: str, paths: Sequence[Path]) -> Iterator[None]:
    """Show how far a run is while the block lasts, where a person looks on."""
    if not sys.stderr.isatty():
        yield
        return
    ended = threading.Event()
    with _bar() as bar:
        watch = threading.Thread(target=_watch, args=(loader_url, run_id, paths, bar, ended))
        watch.start()
        try:
            yield
        finally:
            ended.set()
            watch.join()


@contextmanager
def _bar() -> Iterator[Progress]:
    """Draw a bar that goes in the end.

    It has a way to the terminal of its own: while a step runs, Dagster keeps what is printed.
    """
    columns = (
        TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(),
        TextColumn("{task.fields[rows]}"), TimeElapsedColumn(),
    )  # fmt: skip
    with (
        os.fdopen(os.dup(sys.stderr.fileno()), "w") as screen,
        Progress(
            *columns, console=Console(file=screen), transient=True,
            redirect_stdout=False, redirect_stderr=False,
        ) as bar,
    ):  # fmt: skip
        yield bar


def _watch(
    loader_url: str, run_id: str, paths: Sequence[Path], bar: Progress, ended: threading.Event
) -> None:
    total = sum(path.stat().st_size for path in paths)
    task = bar.add_task("Getting ready", total=total, rows="")
    with psycopg.connect(loader_url, autocommit=True) as connection:
        while not ended.wait(LOOK_SECONDS):
            seen = run_seen(connection, run_id)
            activity = seen.activity(len(paths))
            bar.update(task, completed=seen.bytes_read, description=activity, rows=seen.rows)
