"""The events of Dagster's history in few transactions.

Each event of an asset takes Dagster's own storage three of them, and a run waits until all that it
plans is written, and each of a step's outputs before the next step begins.
"""

import threading
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from itertools import groupby
from typing import Any

from dagster import DagsterEventType, EventLogEntry
from dagster._core.events import ASSET_CHECK_EVENTS, ASSET_EVENTS
from dagster._core.storage.event_log import AssetKeyTable, SqlEventLogStorageTable
from dagster._core.storage.event_log.migration import ASSET_KEY_INDEX_COLS
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable
from dagster_postgres import PostgresEventLogStorage
from sqlalchemy import Connection, Delete, Insert, delete, exists, tuple_
from sqlalchemy.dialects.postgresql import insert

from orchestration.runtime.kept_storage import KeepsConnections

# What such an event says is kept in tables of assets and checks as well.
TOLD_ELSEWHERE_TOO = ASSET_EVENTS | ASSET_CHECK_EVENTS

# What a step gives in the end, one after the other: an event or two for each model and check.
OF_OUTPUTS = frozenset({
    DagsterEventType.STEP_OUTPUT, DagsterEventType.HANDLED_OUTPUT,
    DagsterEventType.ASSET_MATERIALIZATION, DagsterEventType.ASSET_CHECK_EVALUATION,
})  # fmt: skip


class _InHand(threading.local):
    """What a thread does with the storage: its transaction's connection, events not yet written."""

    def __init__(self) -> None:
        self.connection: Connection | None = None
        self.held: list[EventLogEntry] = []


class EventLogStorage(KeepsConnections, PostgresEventLogStorage):
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
            stored = list(zip(events, ids.all(), strict=True))
            for event, event_id in stored:
                if event.dagster_event_type in ASSET_CHECK_EVENTS:
                    self.store_asset_check_event(event, event_id)
            of_assets = [one for one in stored if one[0].dagster_event_type in ASSET_EVENTS]
            if of_assets:
                self._store_asset_event_tags(connection, *zip(*of_assets, strict=True))
                self._store_assets(connection, of_assets)

    def _store_assets(
        self, connection: Connection, stored: Sequence[tuple[EventLogEntry, int]]
    ) -> None:
        """Write what the last events of assets are, as Dagster's own does one by one.

        All writers keep to one order: else two runs could wait for each other's assets.
        """
        has_columns = self.has_secondary_index(ASSET_KEY_INDEX_COLS)
        assets: dict[str, dict[str, Any]] = defaultdict(dict)
        for event, event_id in stored:
            assets[_asset_of(event)] |= self._get_asset_entry_values(event, event_id, has_columns)
        for columns, rows in groupby(sorted(assets.items()), key=lambda asset: set(asset[1])):
            insertion = insert(AssetKeyTable).values(
                [{"asset_key": key, **values} for key, values in rows]
            )
            given = {name: insertion.excluded[name] for name in columns}
            connection.execute(
                insertion.on_conflict_do_update(index_elements=["asset_key"], set_=given)
                if given
                else insertion.on_conflict_do_nothing()
            )

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


def _asset_of(event: EventLogEntry) -> str:
    """Give the asset that an event of assets tells of."""
    key = event.get_dagster_event().asset_key
    assert key is not None
    return key.to_string()


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
