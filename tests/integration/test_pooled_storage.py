"""Dagster's history over kept connections, against the installed version of Dagster."""

import gc
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import dagster as dg
import psycopg
import psycopg2
import pytest
from dagster._core.events import ASSET_EVENTS
from dagster._core.storage.event_log import AssetKeyTable, SqlEventLogStorage
from dagster._core.storage.runs import SqlRunStorage
from dagster_postgres import PostgresEventLogStorage
from sqlalchemy import event
from sqlalchemy.exc import OperationalError

from orchestration.runtime.kept_connections import TRUSTED_SECONDS
from orchestration.runtime.pooled_events import OF_OUTPUTS
from orchestration.runtime.pooled_storage import PooledPostgresStorage
from orchestration.runtime.warehouse_urls import with_database
from tests.waiting import until

pytest_plugins = ["tests.integration.dagster_history"]
PLANNED = {
    dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED,
    dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED,
}
CONNECTIONS = """
select pid from pg_stat_activity
where datname = %s
  and backend_type = 'client backend'  -- a worker of autovacuum may be there at any time
order by pid
"""
ASSETS = AssetKeyTable.select().order_by(AssetKeyTable.c.asset_key)
PATIENCE_SECONDS = 5


@dg.asset(check_specs=[dg.AssetCheckSpec("it_is_so", asset="number")])
def number() -> dg.MaterializeResult:  # type: ignore[type-arg]
    return dg.MaterializeResult(
        metadata={"n": 1}, check_results=[dg.AssetCheckResult(check_name="it_is_so", passed=True)]
    )


@contextmanager
def onlooker(url: str) -> Iterator[psycopg.Connection]:
    """Give a connection to another database of the server, which is none of those looked at."""
    with psycopg.connect(with_database(url, "postgres"), autocommit=True) as connection:
        yield connection


def connections(url: str) -> set[int]:
    with onlooker(url) as connection:
        return {pid for (pid,) in connection.execute(CONNECTIONS, [urlsplit(url).path.strip("/")])}


def lasting_connections(url: str) -> set[int]:
    """Give the connections once two looks agree: the server forgets a closed one a moment later."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    before, seen = None, connections(url)
    while seen != before:
        assert time.monotonic() < deadline
        time.sleep(0.1)
        before, seen = seen, connections(url)
    return seen


def test_runs_are_written_over_few_connections_that_stay(
    instance: dg.DagsterInstance, history_url: str
) -> None:
    assert dg.materialize([number], instance=instance).success
    kept = lasting_connections(history_url)
    assert 1 <= len(kept) <= 4
    assert dg.materialize([number], instance=instance).success
    assert lasting_connections(history_url) == kept
    assert [run.is_success for run in instance.get_runs()] == [True, True]
    latest = instance.get_latest_materialization_event(dg.AssetKey("number"))
    assert latest is not None
    assert latest.run_id == instance.get_runs()[0].run_id


@pytest.mark.parametrize("of_webserver", [False, True])
def test_a_restart_of_the_server_is_not_noticed(
    instance: dg.DagsterInstance, history_url: str, of_webserver: bool
) -> None:
    if of_webserver:
        instance.optimize_for_webserver(statement_timeout=5_000, pool_recycle=-1, max_overflow=20)
    assert dg.materialize([number], instance=instance).success
    with onlooker(history_url) as admin:
        for pid in connections(history_url):
            admin.execute("select pg_terminate_backend(%s, 10000)", [pid])  # and wait for its end
    time.sleep(TRUSTED_SECONDS)
    assert dg.materialize([number], instance=instance).success
    assert len(instance.get_runs()) == 2


def test_statements_of_a_webserver_end_in_time(instance: dg.DagsterInstance) -> None:
    # Long enough for what SQLAlchemy itself asks at the first connect.
    instance.optimize_for_webserver(statement_timeout=1_000, pool_recycle=-1, max_overflow=20)
    engine = instance.event_log_storage._engine  # type: ignore[attr-defined]
    with engine.connect() as connection, pytest.raises(OperationalError, match="timeout"):
        connection.exec_driver_sql("select pg_sleep(5)")


def test_a_worker_does_not_look_which_tables_there_are(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert instance.get_runs() == []  # the tables are there
    monkeypatch.setattr(PooledPostgresStorage, "is_of_worker", True)
    connected: list[None] = []
    connect = psycopg2.connect

    def counted(*arguments: Any, **options: Any) -> object:
        connected.append(None)
        return connect(*arguments, **options)

    monkeypatch.setattr(psycopg2, "connect", counted)
    of_worker = dg.DagsterInstance.from_ref(instance.get_ref())
    assert connected == []
    assert dg.materialize([number], instance=of_worker).success
    assert connected, "those that it makes are counted"


def test_an_instance_that_is_let_go_leaves_no_connection(
    instance: dg.DagsterInstance, history_url: str
) -> None:
    before = lasting_connections(history_url)
    with dg.DagsterInstance.from_ref(instance.get_ref()) as other:
        assert other.get_runs() == []
        assert other.get_asset_records() == []
        assert connections(history_url) > before
        storage = other.event_log_storage  # held, as by a cycle that is not collected yet
    assert storage is not None
    until(lambda: connections(history_url) <= before, PATIENCE_SECONDS)


def test_an_instance_that_is_let_go_leaves_nothing_in_memory(instance: dg.DagsterInstance) -> None:
    """Neither by what it remembers, nor by what SQLAlchemy does of who has asked a catalog."""

    def storages_asked(instance: dg.DagsterInstance) -> list[Any]:
        instance.all_instigator_state()
        instance.get_runs()
        instance.get_asset_records([dg.AssetKey("number")])
        events, runs = instance.event_log_storage, instance.run_storage
        events.has_table("asset_daemon_asset_evaluations")  # type: ignore[attr-defined]
        runs.has_run_stats_index_cols()  # type: ignore[attr-defined]
        return [events, runs, instance.schedule_storage]

    storages_asked(instance)  # the first of a process may look what tables there are
    with dg.DagsterInstance.from_ref(instance.get_ref()) as other:
        storages = storages_asked(other)
        let_go = [weakref.ref(storage) for storage in storages]
        let_go += [weakref.ref(storage._engine.dialect) for storage in storages]
    del other, storages
    gc.collect()
    assert [kept() for kept in let_go] == [None] * 6


def test_an_event_takes_one_transaction_and_so_does_all_that_a_run_plans(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_EVENT_BATCH_SIZE", "1000")
    dg.materialize([number], instance=instance)  # whatever is remembered is looked up now
    storage = instance.event_log_storage
    borrowed: list[object] = []
    event.listen(storage._engine, "checkout", lambda *_: borrowed.append(None))  # type: ignore[attr-defined]
    taken: list[int] = []
    for name in ("store_event", "store_event_batch"):
        store = getattr(storage, name)

        def counted(events: object, store: Callable[[object], None] = store) -> None:
            before = len(borrowed)
            store(events)
            taken.append(len(borrowed) - before)

        monkeypatch.setattr(storage, name, counted)
    result = dg.materialize([number], instance=instance)
    records = instance.get_records_for_run(result.run_id).records
    kinds = [record.event_log_entry.dagster_event_type for record in records]
    planned = [kind for kind in kinds if kind in PLANNED]
    assert set(planned) == PLANNED
    assert taken == [1] * (len(kinds) - len(planned) + 1)
    check = instance.event_log_storage.get_asset_check_execution_history(
        dg.AssetCheckKey(dg.AssetKey("number"), "it_is_so"), limit=1
    )
    assert [(one.run_id, one.status.value) for one in check] == [(result.run_id, "SUCCEEDED")]


def of_outputs(instance: dg.DagsterInstance) -> list[str | None]:
    """Give the kinds of all events of outputs that there are of the latest run."""
    records = instance.get_records_for_run(instance.get_runs()[0].run_id).records
    kinds = [record.event_log_entry.dagster_event_type for record in records]
    return [kind.value for kind in kinds if kind in OF_OUTPUTS]


@dg.multi_asset(
    specs=[dg.AssetSpec("first"), dg.AssetSpec("second", deps=["first"])],
    check_specs=[dg.AssetCheckSpec("it_is_so", asset="second")],
    can_subset=True,
)
def both() -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    yield dg.MaterializeResult(asset_key="first")
    yield dg.MaterializeResult(asset_key="second")
    yield dg.AssetCheckResult(passed=True, asset_key="second", check_name="it_is_so")


@pytest.fixture
def of_worker(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> Iterator[dg.DagsterInstance]:
    """The same history, as a worker writes it."""
    assert instance.get_runs() == []  # the tables are there
    monkeypatch.setattr(PooledPostgresStorage, "is_of_worker", True)
    with dg.DagsterInstance.from_ref(instance.get_ref()) as other:
        yield other


def test_a_worker_writes_outputs_together_and_leaves_what_any_other_process_does(
    instance: dg.DagsterInstance, of_worker: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert dg.materialize([both], instance=instance).success
    one_by_one = of_outputs(instance)
    assert len(one_by_one) == 6
    storage: Any = of_worker.event_log_storage
    store = storage.store_event_batch
    together: list[int] = []

    def counted(events: Sequence[dg.EventLogEntry]) -> None:
        together.append(len(events))
        store(events)

    monkeypatch.setattr(storage, "store_event_batch", counted)
    result = dg.materialize([both], instance=of_worker)
    assert result.success
    assert of_outputs(instance) == one_by_one
    assert len(together) < len(one_by_one)
    for name in ("first", "second"):
        latest = instance.get_latest_materialization_event(dg.AssetKey(name))
        assert latest is not None
        assert latest.run_id == result.run_id
    # The input of the second is the first of the same run, which had to be there to be read.
    [record] = instance.get_asset_records([dg.AssetKey("first")])
    told = instance.get_latest_materialization_event(dg.AssetKey("second"))
    assert told is not None
    assert told.asset_materialization is not None
    tags = told.asset_materialization.tags or {}
    assert str(record.asset_entry.last_materialization_storage_id) in tags.values()
    check = instance.event_log_storage.get_asset_check_execution_history(
        dg.AssetCheckKey(dg.AssetKey("second"), "it_is_so"), limit=1
    )
    assert [(one.run_id, one.status.value) for one in check] == [(result.run_id, "SUCCEEDED")]


def test_assets_are_written_as_dagster_writes_them(
    instance: dg.DagsterInstance, of_worker: dg.DagsterInstance
) -> None:
    dg.materialize([both], instance=of_worker)
    storage: Any = instance.event_log_storage
    with storage.index_connection() as connection:
        written = connection.execute(ASSETS).all()
        run_id = instance.get_runs()[0].run_id
        for record in instance.get_records_for_run(run_id, of_type=set(ASSET_EVENTS)).records:
            PostgresEventLogStorage._store_asset_event(
                storage, connection, record.event_log_entry, record.storage_id
            )
        assert connection.execute(ASSETS).all() == written
    assert len(written) == 2


def test_two_runs_never_wait_for_each_others_assets(instance: dg.DagsterInstance) -> None:
    """Whatever the order in which each of them tells of the same assets."""
    run_id = dg.materialize([both], instance=instance).run_id
    kind = dg.DagsterEventType.ASSET_MATERIALIZATION
    records = instance.get_records_for_run(run_id, of_type=kind).records
    events = [record.event_log_entry for record in records] * 20
    storage = instance.event_log_storage
    with ThreadPoolExecutor(2) as runs:
        for _ in range(15):
            told = [
                runs.submit(storage.store_event_batch, order) for order in (events, events[::-1])
            ]
            for one in told:
                one.result()


def test_what_a_worker_could_not_write_comes_with_the_next_event(
    instance: dg.DagsterInstance, of_worker: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage: Any = of_worker.event_log_storage
    store = storage.store_event_batch
    refused: list[int] = []

    def refuse_once(events: Sequence[dg.EventLogEntry]) -> None:
        if not refused:
            refused.append(len(events))
            message = "the server is away"
            raise ConnectionError(message)
        store(events)

    monkeypatch.setattr(storage, "store_event_batch", refuse_once)
    result = dg.materialize([number], instance=of_worker, raise_on_error=False)
    assert refused
    assert not result.success
    assert dg.DagsterEventType.ASSET_MATERIALIZATION.value in of_outputs(instance)


def test_the_last_execution_of_a_check_outlives_its_run(instance: dg.DagsterInstance) -> None:
    runs = [dg.materialize([number], instance=instance).run_id for _ in range(3)]
    check = dg.AssetCheckKey(dg.AssetKey("number"), "it_is_so")

    def told_by() -> list[str]:
        history = instance.event_log_storage.get_asset_check_execution_history(check, limit=9)
        return [execution.run_id for execution in history]

    for run_id in (runs[0], runs[2]):
        instance.delete_run(run_id)
    assert told_by() == [runs[2], runs[1]]
    dg.materialize([number], instance=instance)
    assert told_by()[1:] == [runs[2], runs[1]]


def test_the_columns_of_its_tables_are_asked_for_once(instance: dg.DagsterInstance) -> None:
    """Asked for each asset, they cost a run more than its load."""
    dg.materialize([number], instance=instance)
    asked: list[str] = []
    storage = instance.event_log_storage
    event.listen(
        storage._engine, "before_cursor_execute",  # type: ignore[attr-defined]
        lambda _c, _cursor, statement, parameters, *_: asked.append(f"{statement} {parameters}"),
    )  # fmt: skip
    for _ in range(3):
        instance.get_asset_records([dg.AssetKey("number")])
    assert asked
    assert not [text for text in asked if "pg_attribute" in text and AssetKeyTable.name in text]


def test_it_says_which_columns_there_are_as_dagster_does(instance: dg.DagsterInstance) -> None:
    storage: Any = instance.event_log_storage
    names = [*AssetKeyTable.c.keys(), "of_a_later_version"]
    told = [storage.has_asset_key_col(name) for name in names]
    assert told == [SqlEventLogStorage.has_asset_key_col(storage, name) for name in names]
    assert told == [True] * len(AssetKeyTable.c) + [False]
    runs: Any = instance.run_storage
    for name in ("has_run_stats_index_cols", "has_backfill_id_column"):
        assert getattr(runs, name)() == getattr(SqlRunStorage, name)(runs), name
