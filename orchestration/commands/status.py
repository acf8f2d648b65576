"""What the stack is doing: files waiting, runs, loads, the data version. Imports no Dagster."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import psycopg

from orchestration.commands.dagster_runs import LastRun, read_runs
from orchestration.commands.ledger_lines import LoadedFile, ledger_lines
from orchestration.lib.building.publication import unpublished_loads
from orchestration.lib.foreseen_error import ForeseenError
from orchestration.lib.landing.landing_files import Landing
from orchestration.runtime.stack_state import StackState, running_stack
from orchestration.runtime.warehouse_urls import Warehouse, WarehouseError
from orchestration.settings import Settings

SHOWN_FILES = 5
WAIT_SECONDS = 0.2
START_SECONDS = 5
STARTING = "The stack is starting; its database does not answer yet."
STOPPED = "No stack runs here, so its database does not either. Start it with: make up"


@dataclass(frozen=True)
class Status:
    """One look at the stack."""

    stack: StackState | None
    files_waiting: list[str]
    files_ignored: Mapping[str, str]
    folders_blocked: Mapping[str, str]
    runs_active: int
    last_run: LastRun | None
    loads: Mapping[str, int]
    loads_unpublished: int
    last_files: list[LoadedFile]
    data_version: int | None
    published_at: datetime | None

    def summary(self) -> str:
        """Say it in a few lines, for a person."""
        run = self.last_run
        counts = ", ".join(f"{count} {status}" for status, count in self.loads.items())
        version = f"data version {self.data_version}, published {_time(self.published_at)}"
        return "\n".join([
            str(self.stack or "No stack runs in this home folder."),
            version if self.data_version else "no data version is published yet",
            f"files waiting: {', '.join(self.files_waiting) or 'none'}",
            *(f"  {name!r} is not loaded: {why}" for name, why in self.files_ignored.items()),
            *(f"  files cannot be moved to {name}/: {why}"
              for name, why in self.folders_blocked.items()),
            f"runs active: {self.runs_active}"
            + (f"; the last one: {run}" if run else ""),
            f"loads: {counts or 'none yet'}; {self.loads_unpublished} not published yet",
            *(f"  {line}" for file in self.last_files for line in str(file).splitlines()),
        ])  # fmt: skip

    @property
    def is_idle(self) -> bool:
        """Whether everything that was dropped is published, or set aside with its reason."""
        busy = self.files_waiting or self.runs_active or self.loads_unpublished
        return not busy and self.data_version is not None


@dataclass(frozen=True)
class StatusReader:
    """Looks at one stack through two connections that stay open between looks."""

    home: Path
    landing: Landing
    loader: psycopg.Connection
    dagster: psycopg.Connection

    def read(self) -> Status:
        """Look once. Files are listed first: a file that leaves landing is a load by then."""
        files = [file.name for file in self.landing.files()]
        active, last_run = read_runs(self.dagster)
        counts = self.loader.execute("select status, count(*) from raw.loads group by 1")
        version = self.loader.execute(
            "select version, published_at from marts.data_versions order by version desc limit 1"
        ).fetchone()
        return Status(
            stack=running_stack(self.home),
            files_waiting=files,
            files_ignored=dict(self.landing.ignored()),
            folders_blocked=dict(self.landing.blocked()),
            runs_active=active,
            last_run=last_run,
            loads=dict(counts.fetchall()),
            last_files=ledger_lines(self.loader, limit=SHOWN_FILES),
            loads_unpublished=len(unpublished_loads(self.loader)),
            data_version=version[0] if version else None,
            published_at=version[1] if version else None,
        )


def open_status(home: Path, landing: Path) -> StatusReader:
    """Connect to the stack of a home folder; raises WarehouseError or psycopg.OperationalError."""
    urls = Warehouse.of_home(home)
    return StatusReader(
        home,
        Landing(landing),
        psycopg.connect(urls.loader, autocommit=True),
        psycopg.connect(urls.dagster, autocommit=True),
    )


def read_status(settings: Settings) -> Status:
    """Look once; raises ForeseenError where no stack minds the database, and as `open_status`."""
    try:
        return open_status(settings.home, settings.landing).read()
    except WarehouseError as error:
        if running_stack(settings.home) is None:
            raise
        raise ForeseenError(STARTING) from error
    except psycopg.OperationalError as error:
        stack = running_stack(settings.home)
        if settings.database_url or (stack and stack.ready):
            raise
        raise ForeseenError(STARTING if stack else STOPPED) from error


def wait_until_idle(settings: Settings, timeout: float) -> Status:
    """Look until all is published; a database that is away may come back while a stack runs.

    Raises ForeseenError when no stack is at work or the time is up, and what `open_status` raises.
    """
    deadline = time.monotonic() + timeout
    reader = _first_reader(settings, min(timeout, START_SECONDS))
    summary = "the database does not answer"
    while True:
        try:
            reader = reader or open_status(settings.home, settings.landing)
            seen = reader.read()
        except (psycopg.OperationalError, WarehouseError):
            reader = None
        else:
            if seen.is_idle:
                return seen
            summary = seen.summary()
        if running_stack(settings.home) is None and settings.database_url is None:
            message = "Not everything is published, and no stack runs here. Start it with: make up"
            raise ForeseenError(message)
        if time.monotonic() > deadline:
            message = f"Not done after {timeout:.0f} s.\n{summary}"
            raise ForeseenError(message)
        time.sleep(WAIT_SECONDS)


def _time(instant: datetime | None) -> str:
    return instant.isoformat(sep=" ", timespec="seconds") if instant else "not yet"


def _first_reader(settings: Settings, patience: float) -> StatusReader | None:
    """Connect; None where a stack minds the database, be it away or not.

    Who waits may have started the stack just now: it takes a moment until it can be seen.
    """
    given_up = time.monotonic() + patience
    while running_stack(settings.home) is None:
        try:
            return open_status(settings.home, settings.landing)
        except (psycopg.OperationalError, WarehouseError) as error:
            if time.monotonic() > given_up:
                if isinstance(error, WarehouseError) or settings.database_url:
                    raise
                raise ForeseenError(STOPPED) from error
        time.sleep(WAIT_SECONDS)
    return None
