"""Dagster's history in Postgres, over connections that stay open and with few messages.

A run asks Dagster's own storage hundreds of times, and that costs it more than the loading of its
file. All that leans on the inner surface of Dagster's storage is here, in `pooled_events.py` and in
`kept_storage.py`; a contract test runs against the installed version.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from dagster._core.storage.runs.schema import RunsTable
from dagster._serdes import ConfigurableClassData
from dagster_postgres import DagsterPostgresStorage, PostgresRunStorage, PostgresScheduleStorage
from dagster_postgres.utils import pg_url_from_config

from orchestration.runtime.kept_storage import KeepsConnections
from orchestration.runtime.pooled_events import EventLogStorage


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
        self._event_log_storage = EventLogStorage(
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


class _ScheduleStorage(KeepsConnections, PostgresScheduleStorage):
    pass


class _RunStorage(KeepsConnections, PostgresRunStorage):
    def has_run_stats_index_cols(self) -> bool:
        """Tell it without looking again."""
        return self._has_columns(RunsTable, "start_time", "end_time")

    def has_backfill_id_column(self) -> bool:
        """Tell it without looking again."""
        return self._has_columns(RunsTable, "backfill_id")
