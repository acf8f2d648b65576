"""Dagster's history in Postgres, over connections that stay open.

Dagster's own storage connects anew for each statement and asks for the columns of its tables again
for each asset; a run makes hundreds of both, and they cost it more than the loading of its file. It
does so because a process may have any number of instances. Each of ours has one. Each event of an
asset also takes it three transactions, and a run waits until all that it plans is written.

All that leans on the inner surface of Dagster's storage is here; a contract test runs against the
installed version.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import lru_cache
from typing import Any, Self

from dagster import DagsterEventType, EventLogEntry
from dagster._core.storage.event_log import SqlEventLogStorageTable
from dagster._serdes import ConfigurableClassData
from dagster_postgres import DagsterPostgresStorage, PostgresEventLogStorage
from dagster_postgres.utils import create_pg_engine, pg_url_from_config
from sqlalchemy import Connection

# One, and one for what is asked in the middle of another answer.
IDLE_CONNECTIONS = 2
MORE_CONNECTIONS = 20
# A crash of the server may cost the last moment of history, and all of it back to one instant. What
# loads and builds have done is told by the ledger and the data versions, which do wait.
NOT_WAITING_FOR_THE_DISK = "-c synchronous_commit=off"

PLANNED = {
    DagsterEventType.ASSET_MATERIALIZATION_PLANNED, DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED,
}  # fmt: skip


class PooledPostgresStorage(DagsterPostgresStorage):
    """Keeps a connection open for each kind of record: runs, events, ticks."""

    def __init__(self, postgres_url: str, inst_data: ConfigurableClassData | None = None) -> None:
        super().__init__(postgres_url, inst_data=inst_data)
        self._event_log_storage = _EventLogStorage(postgres_url)
        for storage in (self._run_storage, self._event_log_storage, self._schedule_storage):
            # A connection that a restart of the server has cut is replaced before its next use.
            storage._engine = create_pg_engine(
                postgres_url, isolation_level="AUTOCOMMIT", pool_size=IDLE_CONNECTIONS,
                max_overflow=MORE_CONNECTIONS, pool_pre_ping=True,
                connect_args={"options": NOT_WAITING_FOR_THE_DISK},
            )  # fmt: skip

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> Self:
        """Make the storage from its options in `dagster.yaml`, those of Dagster's own."""
        return cls(pg_url_from_config(config_value), inst_data)


class _EventLogStorage(PostgresEventLogStorage):
    """Writes an event, and all that a run plans, in one transaction each."""

    def __init__(self, postgres_url: str) -> None:
        self._lent = threading.local()
        super().__init__(postgres_url)

    @lru_cache(maxsize=8)  # noqa: B019 - one storage a process
    def has_asset_key_col(self, column_name: str) -> bool:
        """Remember what columns the tables have: no process outlives a migration of them."""
        return super().has_asset_key_col(column_name)

    @lru_cache(maxsize=8)  # noqa: B019 - one storage a process
    def has_table(self, table_name: str) -> bool:
        """Remember which tables there are, for the same reason."""
        return super().has_table(table_name)

    def store_event(self, event: EventLogEntry) -> None:
        with self._one_transaction():
            super().store_event(event)

    def store_event_batch(self, events: Sequence[EventLogEntry]) -> None:
        if not {event.dagster_event_type for event in events} <= PLANNED:
            super().store_event_batch(events)
            return
        insertion = self.prepare_insert_event_batch(events)
        with self._one_transaction() as connection:
            ids = connection.execute(insertion.returning(SqlEventLogStorageTable.c.id)).scalars()
            for event, event_id in zip(events, ids.all(), strict=True):
                if event.dagster_event_type == DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED:
                    self.store_asset_check_event(event, event_id)
                else:
                    self._store_asset_event(connection, event, event_id)

    @contextmanager
    def _one_transaction(self) -> Iterator[Connection]:
        """Let all that this thread does with the storage in a block use one connection."""
        with self.index_transaction() as connection:
            self._lent.connection = connection
            try:
                yield connection
            finally:
                del self._lent.connection

    def _connect(self) -> AbstractContextManager[Connection]:
        lent: Connection | None = getattr(self._lent, "connection", None)
        return nullcontext(lent) if lent is not None else super()._connect()
