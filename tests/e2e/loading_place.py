"""A landing folder with a warehouse and no stack: files are loaded by whoever asks, in a thread."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

from expectations.verdict import Limits
from orchestration.lib.landing.file_moves import tidy
from orchestration.lib.landing.landing_files import Landing
from orchestration.lib.loading.file_load import FileLoader
from orchestration.lib.loading.interrupted_moves import record_finished_moves
from orchestration.lib.loading.ledger import Ledger
from orchestration.lib.loading.load_outcome import LoadOutcome, LoadRules
from orchestration.lib.loading.load_progress import Progress
from orchestration.runtime.warehouse_urls import Warehouse
from tests.e2e.oracle import Oracle

RULES = LoadRules(
    limits=Limits(max_columns=256, max_field_length=10_000, max_rejected_share=0.5),
    timezone="Europe/Berlin",
    earliest=datetime(2000, 1, 1, tzinfo=UTC),
    future_tolerance=timedelta(hours=24),
    chunk_rows=50,
    max_file_bytes=50_000_000,
    max_file_rows=1_000_000,
    max_attempts=3,
    stalled_seconds=60,
)


@dataclass
class LoadingPlace:
    """Where files are dropped and loaded; `oracle` judges what has come of all of them.

    There are no marts. They are made of raw alone; that any raw gives the marts of a rebuild is
    shown with the stack, which gets the same contents, and with the models by themselves.
    """

    landing: Landing
    warehouse: Warehouse
    rules: LoadRules = RULES
    told: list[Progress] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.oracle = Oracle(self.landing.folder, self.ask)

    def drop(self, name: str, content: str | bytes) -> Path:
        raw = content if isinstance(content, bytes) else content.encode()
        return self.oracle.drop(name, raw)

    def load(self, name: str, **changed: Any) -> LoadOutcome | None:
        """Load one file as a run does, in this thread."""
        tidy(self.landing)
        with psycopg.connect(self.warehouse.loader, autocommit=True) as connection:
            record_finished_moves(Ledger(connection), self.landing)
            rules = replace(self.rules, **changed)
            loader = FileLoader(connection, self.landing, rules, "run", self.told.append)
            return loader.load(self.landing.folder / name, name)

    def loaded(self, name: str, content: str | bytes) -> LoadOutcome:
        """Drop a file, load it, and let the oracle judge."""
        self.drop(name, content)
        outcome = self.load(name)
        assert outcome is not None
        self.oracle.check()
        return outcome

    def loading(self, name: str, **changed: Any) -> "Loading":
        """Load a file in a thread of its own."""
        return Loading(lambda: self.load(name, **changed))

    def ask(self, query: str) -> Sequence[tuple[Any, ...]]:
        with psycopg.connect(self.warehouse.transformer) as connection:
            return connection.execute(query).fetchall()

    def statuses(self, name: str) -> list[tuple[Any, ...]]:
        """Give status and reason code of each entry of a name in the ledger."""
        return list(self.ask(
            f"select status, reason_code from raw.loads where file_name = '{name}' order by load_id"
        ))  # fmt: skip


class Loading:
    """A load in a thread; `result` waits for its outcome and raises what it raised."""

    def __init__(self, load: Callable[[], LoadOutcome | None]) -> None:
        self._load = load
        self._outcome: LoadOutcome | None = None
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._outcome = self._load()
        except Exception as error:
            self._error = error

    def result(self) -> LoadOutcome | None:
        self._thread.join(60)
        assert not self._thread.is_alive()
        if self._error is not None:
            raise self._error
        return self._outcome
