"""Dagster's history in Postgres, over connections that stay open.

Dagster's own storage connects anew for each statement and asks for the columns of its tables again
for each asset; a run makes hundreds of both, and they cost it more than the loading of its file. It
does so because a process may have any number of instances. Each of ours has one.

All that leans on the inner surface of Dagster's storage is here; a contract test runs against the
installed version.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Self

from dagster._serdes import ConfigurableClassData
from dagster_postgres import DagsterPostgresStorage, PostgresEventLogStorage
from dagster_postgres.utils import create_pg_engine, pg_url_from_config

# One, and one for what is asked in the middle of another answer.
IDLE_CONNECTIONS = 2
MORE_CONNECTIONS = 20


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
            )  # fmt: skip

    @classmethod
    def from_config_value(
        cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]
    ) -> Self:
        """Make the storage from its options in `dagster.yaml`, those of Dagster's own."""
        return cls(pg_url_from_config(config_value), inst_data)


class _EventLogStorage(PostgresEventLogStorage):
    """Remembers what columns its tables have: no process outlives a migration of them."""

    @lru_cache(maxsize=8)  # noqa: B019 - one storage a process
    def has_asset_key_col(self, column_name: str) -> bool:
        return super().has_asset_key_col(column_name)
