"""Dagster's history in Postgres, over connections that stay open and with few messages.

Dagster's own storage connects anew for each statement, looks at its start which tables there are,
and asks for their columns again for each asset; a run makes hundreds of such questions, and they
cost it more than the loading of its file. It does so because the tables may be migrated while it
runs; ours are not. Each event of an asset also takes it three transactions, and a run waits until
all that it plans is written, and each of a step's outputs before the next step begins.

All that leans on the inner surface of Dagster's storage is here; a contract test runs against the
installed version.
"""

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import Any, ClassVar, Self

from dagster import DagsterEventType, EventLogEntry
from dagster._core.events import ASSET_CHECK_EVENTS, ASSET_EVENTS
from dagster._core.storage.event_log import AssetKeyTable, SqlEventLogStorageTable
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable
from dagster._core.storage.runs.schema import RunsTable
from dagster._serdes import ConfigurableClassData
from dagster_postgres import (
    DagsterPostgresStorage,
    PostgresEventLogStorage,
    PostgresRunStorage,
    PostgresScheduleStorage,
)
from dagster_postgres.utils import pg_url_from_config
from sqlalchemy import Connection, Delete, Engine, Insert, Table, delete, exists, text, tuple_

from orchestration.runtime.kept_connections import kept_connections

# What such an event says is kept in tables of assets and checks as well.
TOLD_ELSEWHERE_TOO = ASSET_EVENTS | ASSET_CHECK_EVENTS

# What a step gives in the end, one after the other: an event or two for each model and check.
OF_OUTPUTS = frozenset({
    DagsterEventType.STEP_OUTPUT, DagsterEventType.HANDLED_OUTPUT,
    DagsterEventType.ASSET_MATERIALIZATION, DagsterEventType.ASSET_CHECK_EVALUATION,
})  # fmt: skip

# Each worker asks, before its load and its build: all columns of a table by SQLAlchemy's inspector
# would be a fiftieth of a drop.
HAS_COLUMNS = text("""
select count(*) = cardinality(:names)
from pg_attribute
where attrelid = to_regclass(:table) and attname = any (:names) and not attisdropped
""")


class PooledPostgresStorage(DagsterPostgresStorage):
    """Keeps a connection open for each kind of record: runs, events, ticks.

    A process looks once what tables there are, and not for each of its instances: the code server
    has one a tick, and SQLAlchemy keeps in memory who has asked a catalog.
    """

    # A worker need not look for the tables: whoever has made its run has made them. And nobody but
    # itself reads what it is just writing.
    is_of_worker: ClassVar[bool] = False
    _made: ClassVar[set[str]] = set()

    def __init__(self, postgres_url: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(postgres_url, should_autocreate_tables=False, inst_data=inst_data)
        makes_tables = not self.is_of_worker and postgres_url not in self._made
        self._run_storage = _RunStorage(postgres_url, makes_tables=makes_tables)
        self._event_log_storage = _EventLogStorage(
            postgres_url, makes_tables=makes_tables, holds_outputs=self.is_of_worker
        )
        self._schedule_storage = _ScheduleStorage(postgres_url, makes_tables=makes_tables)
        self._made.add(postgres_url)

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> Self:
        """Make the storage from its options in `dagster.yaml`, those of Dagster's own."""
        return cls(pg_url_from_config(config_value), inst_data)


class _KeepsConnections:
    """What the three storages have in common."""

    postgres_url: str
    _engine: Engine
    _seen: ClassVar[dict[tuple[str, str], bool]] = {}

    def __init__(self, postgres_url: str, *, makes_tables: bool) -> None:
        super().__init__(postgres_url, makes_tables)  # type: ignore[call-arg]
        self._engine = kept_connections(postgres_url)

    def optimize_for_webserver(
        self, statement_timeout: int, pool_recycle: int, max_overflow: int
    ) -> None:
        """Limit statements; Dagster's own would give up to notice a restart of the server."""
        self._engine.dispose()
        self._engine = kept_connections(self.postgres_url, statement_timeout)

    def _remembered(self, what: str, look: Callable[[], bool]) -> bool:
        """Look once what tables and columns there are: no process outlives a migration of them."""
        known = self.postgres_url, what
        if known not in self._seen:
            self._seen[known] = look()
        return self._seen[known]

    def _has_columns(self, table: Table, *names: str) -> bool:
        """Look once whether a table has these columns, and at no more of the catalog than that."""

        def look() -> bool:
            with self._engine.connect() as connection:
                asked = {"table": table.name, "names": list(names)}
                return bool(connection.execute(HAS_COLUMNS, asked).scalar())

        return self._remembered(f"columns {names} of {table}", look)

    def dispose(self) -> None:
        """Close all connections: the code server has an instance for each tick of a sensor."""
        super().dispose()  # type: ignore[misc]
        self._engine.dispose()


class _ScheduleStorage(_KeepsConnections, PostgresScheduleStorage):
    pass


class _RunStorage(_KeepsConnections, PostgresRunStorage):
    def has_run_stats_index_cols(self) -> bool:
        """Tell it without looking again."""
        return self._has_columns(RunsTable, "start_time", "end_time")

    def has_backfill_id_column(self) -> bool:
        """Tell it without looking again."""
        return self._has_columns(RunsTable, "backfill_id")


class _InHand(threading.local):
    """What a thread does with the storage: its transaction's connection, events not yet written."""

    def __init__(self) -> None:
        self.connection: Connection | None = None
        self.held: list[EventLogEntry] = []


class _EventLogStorage(_KeepsConnections, PostgresEventLogStorage):
    """Writes an event, all that a run plans, and a row of outputs, in one transaction each.

    A worker holds the events of outputs until another event comes, or until it asks for anything:
    what it reads has all that it has stored. If it is killed meanwhile, so is its step.
    """

    def __init__(self, postgres_url: str, *, makes_tables: bool, holds_outputs: bool) -> None:
        self._in_hand = _InHand()
        self._holds_outputs = holds_outputs
        super().__init__(postgres_url, makes_tables=makes_tables)

    def has_asset_key_col(self, column_name: str) -> bool:
        """Tell it without looking again."""
        return self._has_columns(AssetKeyTable, column_name)

    def has_table(self, table_name: str) -> bool:
        """Tell it without looking again."""
        return self._remembered(f"table {table_name}", partial(super().has_table, table_name))

    def store_event(self, event: EventLogEntry) -> None:
        """Write an event, and what it tells of an asset or a check."""
        if self._holds_outputs and event.dagster_event_type in OF_OUTPUTS:
            self._in_hand.held.append(event)
        elif self._in_hand.held:
            self._write_held(event)
        elif event.dagster_event_type in TOLD_ELSEWHERE_TOO:
            self._store([event], self.prepare_insert_event(event))
        else:
            with self._connect() as connection:
                connection.execute(self.prepare_insert_event(event))

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        """Write several events as one."""
        self._store(events, self.prepare_insert_event_batch(events))

    def _write_held(self, *following: EventLogEntry) -> None:
        held, self._in_hand.held = self._in_hand.held, []
        try:
            self.store_event_batch([*held, *following])
        except BaseException:
            self._in_hand.held = held  # the event that tells of it may find the server again
            raise

    def _store(self, events: Sequence[EventLogEntry], insertion: Insert) -> None:
        with self._one_transaction() as connection:
            ids = connection.execute(insertion.returning(SqlEventLogStorageTable.c.id)).scalars()
            for event, event_id in zip(events, ids.all(), strict=True):
                if event.dagster_event_type in ASSET_CHECK_EVENTS:
                    self.store_asset_check_event(event, event_id)
                elif event.dagster_event_type in ASSET_EVENTS:
                    self._store_asset_event_tags(connection, [event], [event_id])
                    self._store_asset_event(connection, event, event_id)

    def delete_events(self, run_id: str) -> None:
        """Delete a run's events and its executions of checks, but for the last one of a check.

        Dagster's own keeps the executions, a sixth of what a run leaves.
        """
        with self._one_transaction() as connection:
            told = self.get_records_for_run(run_id, of_type=ASSET_CHECK_EVENTS).records
            checks = {_check_of(record.event_log_entry) for record in told}
            connection.execute(_superseded_executions(run_id, checks))
            super().delete_events(run_id)

    @contextmanager
    def _one_transaction(self) -> Iterator[Connection]:
        """Let all that this thread does with the storage in a block use one connection."""
        with self.index_transaction() as connection:
            self._in_hand.connection = connection
            try:
                yield connection
            finally:
                self._in_hand.connection = None

    def _connect(self) -> AbstractContextManager[Connection]:
        if self._in_hand.connection is not None:
            return nullcontext(self._in_hand.connection)
        if self._in_hand.held:
            self._write_held()
        return super()._connect()


def _check_of(event: EventLogEntry) -> tuple[str, str]:
    """Give the asset and the name of the check that an event tells of."""
    data: Any = event.dagster_event.event_specific_data if event.dagster_event else None
    return data.asset_key.to_string(), data.check_name


def _superseded_executions(run_id: str, checks: Collection[tuple[str, str]]) -> Delete:
    """Delete a run's executions of these checks where a newer one is there."""
    mine, newer = AssetCheckExecutionsTable.c, AssetCheckExecutionsTable.alias().c
    is_superseded = exists().where(
        newer.asset_key == mine.asset_key, newer.check_name == mine.check_name, newer.id > mine.id
    )
    # There is no index of the run alone.
    is_of_run = tuple_(mine.asset_key, mine.check_name).in_(checks) & (mine.run_id == run_id)
    return delete(AssetCheckExecutionsTable).where(is_of_run, is_superseded)
