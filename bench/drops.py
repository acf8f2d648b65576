"""Makes files, drops them as a careful exporter does, and sees when they are published."""

import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import psycopg
from psycopg.rows import class_row

from bench.stack import BenchError, BenchStack
from orchestration.lib.generation import Generation, write_csv

POLL_SECONDS = 0.01
# So many times as long as a look takes is waited before the next: the stack needs the machine.
PAUSE = 10
QUERY = (Path(__file__).parent / "published.sql").read_bytes()
EXISTING_DAYS = 31
FIRST_DAY = date(2025, 3, 1)


@dataclass(frozen=True)
class Found:
    """A file in the ledger; instants are seconds since 1970, by the clock of this machine."""

    file_name: str
    status: str
    reason: str | None
    run_id: str
    load_started_at: float
    load_finished_at: float
    published_at: float | None


@dataclass(frozen=True)
class Published:
    """A dropped file that readers can see."""

    dropped_at: float
    load: Found
    published_at: float
    seen_at: float

    @property
    def seconds(self) -> float:
        """From the rename in landing to the data version that holds the file."""
        return self.published_at - self.dropped_at


def existing_file(folder: Path, rows: int) -> Path:
    """Make the month of events that lies in the warehouse before anything is measured."""
    path = folder / "existing.csv"
    write_csv(path, Generation(start=FIRST_DAY, days=EXISTING_DAYS, rows=rows))
    return path


def day_files(folder: Path, name: str, count: int, rows: int, seed: int) -> list[Path]:
    """Make `count` files, each of a day of its own after the existing month."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number in range(count):
        day = FIRST_DAY + timedelta(days=EXISTING_DAYS + number)
        path = folder / f"{name}_{number + 1:03d}.csv"
        write_csv(path, Generation(seed=seed + number, start=day, days=1, rows=rows))
        paths.append(path)
    return paths


def drop(stack: BenchStack, path: Path) -> float:
    """Write a file into landing under a `.part` name, rename it; gives the instant of the rename.

    It is written right before, so that its age does not vouch for it.
    """
    draft = stack.landing / f"{path.name}.part"
    shutil.copyfile(path, draft)
    now = time.time()
    draft.rename(stack.landing / path.name)
    return now


def wait_for(stack: BenchStack, dropped: dict[str, float]) -> list[Published]:
    """Wait until all dropped files, given with their instants, are published.

    Raises BenchError if one is rejected, or not published within the stack's patience.
    """
    deadline = time.monotonic() + stack.patience_seconds
    with psycopg.connect(stack.warehouse.loader, autocommit=True) as connection:
        while True:
            looked_at = time.time()
            found = _find(connection, list(dropped))
            seen_at = time.time()
            published = [
                Published(dropped[load.file_name], load, load.published_at, seen_at)
                for load in found
                if load.published_at is not None
            ]
            if len(published) == len(dropped):
                return published
            _require_hope(found, list(dropped), deadline)
            time.sleep(max(POLL_SECONDS, PAUSE * (seen_at - looked_at)))


def drop_and_wait(stack: BenchStack, path: Path) -> Published:
    """Drop one file and wait until it is published."""
    return wait_for(stack, {path.name: drop(stack, path)})[0]


def _find(connection: psycopg.Connection, names: list[str]) -> list[Found]:
    with connection.cursor(row_factory=class_row(Found)) as cursor:
        return cursor.execute(QUERY, {"names": names}).fetchall()


def _require_hope(found: Sequence[Found], names: list[str], deadline: float) -> None:
    refused = [f"{load.file_name}: {load.reason}" for load in found if load.status == "rejected"]
    if refused:
        message = f"Refused, where it should load: {'; '.join(refused)}"
        raise BenchError(message)
    if time.monotonic() > deadline:
        message = f"Not published in time: {', '.join(names)}; --keep leaves the logs to look at"
        raise BenchError(message)
