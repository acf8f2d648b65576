"""Runs that are let go: which, which not, and what Dagster shows afterwards."""

import multiprocessing
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import dagster as dg
import psycopg
import pytest
from dagster._core.instance.ref import InstanceRef
from dagster._core.test_utils import create_run_for_test
from psycopg import sql

from orchestration.defs.automation import run_retention
from orchestration.defs.automation.run_retention import SETTING, run_retention_sensor
from orchestration.runtime.run_retention import FINISHED, runs_let_go
from orchestration.settings import Settings
from tests.waiting import until

pytest_plugins = ["tests.integration.dagster_history"]
DAYS = 30
AGE = """
update runs set update_timestamp = update_timestamp - make_interval(days => %s)
where run_id = any(%s)
"""
TABLES = """
select table_name from information_schema.columns
where table_schema = 'public' and column_name = 'run_id' order by table_name
"""
TAGS_OF_NO_EVENT = """
select count(*) from asset_event_tags
where not exists (select from event_logs where event_logs.id = event_id)
"""
WAITING = """
select pid from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
"""


@dg.asset(check_specs=[dg.AssetCheckSpec("it_is_so", asset="number")])
def number(context: dg.AssetExecutionContext) -> dg.MaterializeResult:  # type: ignore[type-arg]
    print("printed")
    if context.run.tags["fails"] == "yes":
        raise dg.Failure
    return dg.MaterializeResult(
        tags={"t": "1"}, check_results=[dg.AssetCheckResult(check_name="it_is_so", passed=True)]
    )


@dg.asset
def letter(context: dg.AssetExecutionContext) -> None:
    if context.run.tags["fails"] == "yes":
        raise dg.Failure


CHECKS = [dg.AssetCheckKey(dg.AssetKey("number"), "it_is_so")]


def run_of(instance: dg.DagsterInstance, *assets: dg.AssetsDefinition, fails: bool = False) -> str:
    """Materialize the assets and give the run that did."""
    tags = {"fails": "yes" if fails else "no"}
    result = dg.materialize(assets, instance=instance, raise_on_error=False, tags=tags)
    assert result.success is not fails
    return result.run_id


def age(url: str, *run_ids: str, days: float = DAYS + 1) -> None:
    with psycopg.connect(url) as connection:
        connection.execute(AGE, [days, list(run_ids)])


def runs(url: str) -> list[str]:
    with psycopg.connect(url) as connection:
        return [run_id for (run_id,) in connection.execute("select run_id from runs order by id")]


def traces(url: str, run_id: str) -> Mapping[str, int]:
    """Give how many rows of each table are of the run."""
    found: dict[str, int] = {}
    with psycopg.connect(url) as connection:
        for (table,) in connection.execute(TABLES).fetchall():
            query = sql.SQL("select count(*) from {} where run_id = %s")
            row = connection.execute(query.format(sql.Identifier(table)), [run_id]).fetchone()
            found |= {table: row[0]} if row and row[0] else {}
        assert connection.execute(TAGS_OF_NO_EVENT).fetchone() == (0,)
    return found


def logs(instance: dg.DagsterInstance, run_id: str) -> list[Path]:
    """Give the files that hold what the run has printed."""
    folder = Path(instance.storage_directory()) / run_id
    return [path for path in folder.rglob("*") if path.is_file()]


def shown(instance: dg.DagsterInstance) -> list[Any]:
    """Give what the pages of assets and checks show as their last state, with its events."""
    records = sorted(instance.get_asset_records(), key=lambda record: str(record.asset_entry))
    events = [
        instance.fetch_materializations(record.asset_entry.asset_key, limit=1).records
        for record in records
    ]
    checks = instance.event_log_storage.get_asset_check_summary_records(CHECKS)
    last = [(asset, instance.get_run_by_id(asset.last_run_id or ""))
            for asset in (record.asset_entry for record in records)]  # fmt: skip
    return [events, last, checks]


def test_an_old_run_goes_with_all_that_it_left(
    instance: dg.DagsterInstance, history_url: str
) -> None:
    old, younger, last = (run_of(instance, number) for _ in range(3))
    age(history_url, old)
    age(history_url, younger, days=DAYS - 1)
    assert logs(instance, old)
    assert {"runs", "run_tags", "event_logs", "asset_check_executions"} <= set(
        traces(history_url, old)
    )
    before = traces(history_url, younger), logs(instance, younger), shown(instance)
    assert runs_let_go(instance, CHECKS, DAYS) == 1
    assert runs(history_url) == [younger, last]
    assert (traces(history_url, old), logs(instance, old)) == ({}, [])
    assert (traces(history_url, younger), logs(instance, younger), shown(instance)) == before
    assert runs_let_go(instance, CHECKS, DAYS) == 0


def test_runs_that_are_not_over_stay(instance: dg.DagsterInstance, history_url: str) -> None:
    made = {status: create_run_for_test(instance).run_id for status in dg.DagsterRunStatus}
    with psycopg.connect(history_url) as connection:
        for status, run_id in made.items():
            connection.execute(
                "update runs set status = %s where run_id = %s", [status.value, run_id]
            )
    run_of(instance, number)
    age(history_url, *made.values(), days=1000)
    assert runs_let_go(instance, CHECKS, DAYS) == len(FINISHED) == 3
    left = [run_id for status, run_id in made.items() if status not in FINISHED]
    assert runs(history_url)[:-1] == left


def test_what_is_shown_of_assets_and_checks_stays(
    instance: dg.DagsterInstance, history_url: str
) -> None:
    made = {
        "last of letter": run_of(instance, number, letter),
        "of the past": run_of(instance, number),
        "last of number and its check": run_of(instance, number),
        "check planned": run_of(instance, number, fails=True),
        "failed": run_of(instance, letter, fails=True),
        "failed again": run_of(instance, letter, fails=True),
    }
    age(history_url, *made.values())
    before = shown(instance)
    assert runs_let_go(instance, CHECKS, DAYS) == 2
    assert shown(instance) == before
    gone = set(made.values()) - set(runs(history_url))
    assert gone == {made["of the past"], made["failed"]}


def test_the_run_that_was_asked_for_last_stays(
    instance: dg.DagsterInstance, history_url: str
) -> None:
    """It says why it failed, also where it came to no asset."""
    first, last = (
        create_run_for_test(instance, status=dg.DagsterRunStatus.FAILURE).run_id for _ in range(2)
    )
    age(history_url, first, last)
    assert runs_let_go(instance, CHECKS, DAYS) == 1
    assert runs(history_url) == [last]


def test_what_takes_long_is_done_in_parts(
    instance: dg.DagsterInstance, history_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestration.runtime.run_retention.SECONDS", 0.0)
    monkeypatch.setattr("orchestration.runtime.run_retention.PORTION", 1)
    made = [run_of(instance, number, letter), *(run_of(instance, number) for _ in range(3))]
    age(history_url, *made)
    for left in ([0, 2, 3], [0, 3], [0, 3]):  # the first, which stays, is in nobody's way
        runs_let_go(instance, CHECKS, DAYS)
        assert runs(history_url) == [made[number] for number in left]


@pytest.mark.parametrize(
    ("lock", "left"),
    [
        ("lock asset_event_tags in exclusive mode", {"runs", "event_logs", "run_tags"}),
        ("select from runs for update", {"runs", "run_tags"}),
    ],
)
def test_what_was_killed_midway_is_finished_by_the_next(
    instance: dg.DagsterInstance, history_url: str, lock: str, left: set[str]
) -> None:
    old, last = run_of(instance, number), run_of(instance, number)
    age(history_url, old)
    whole = traces(history_url, old)
    afresh = multiprocessing.get_context("spawn")  # a fork would take Dagster's threads half along
    process = afresh.Process(target=let_go_elsewhere, args=[instance.get_ref()])
    with (
        psycopg.connect(history_url) as holder,
        psycopg.connect(history_url, autocommit=True) as onlooker,
    ):
        holder.execute(lock)
        process.start()
        [(waiting,)] = until(lambda: onlooker.execute(WAITING).fetchall())
        process.kill()
        process.join()
        onlooker.execute("select pg_terminate_backend(%s, 10000)", [waiting])
    found = traces(history_url, old)
    assert left <= set(found)
    assert found.get("event_logs", 0) in (0, whole["event_logs"])
    assert runs_let_go(instance, CHECKS, DAYS) == 1
    assert (traces(history_url, old), logs(instance, old)) == ({}, [])
    assert runs(history_url) == [last]


def let_go_elsewhere(instance: InstanceRef) -> None:
    with suppress(Exception), dg.DagsterInstance.from_ref(instance) as instance_here:
        runs_let_go(instance_here, CHECKS, DAYS)


@pytest.mark.parametrize("days", [0, DAYS])
def test_the_sensor_lets_go_if_the_operator_wants_it(
    instance: dg.DagsterInstance, history_url: str, monkeypatch: pytest.MonkeyPatch, days: int
) -> None:
    settings = Settings(run_retention_days=days)
    monkeypatch.setattr(run_retention, "current_settings", lambda: settings)
    old, last = run_of(instance, number), run_of(instance, number)
    age(history_url, old)
    definitions = dg.Definitions(assets=[number])
    context = dg.build_sensor_context(instance, definitions=definitions)
    told = run_retention_sensor(context)
    assert isinstance(told, dg.SkipReason)
    if days:
        assert told.skip_message == "Deleted of runs that ended more than 30 days ago: 1."
        assert runs(history_url) == [last]
    else:
        assert told.skip_message == f"{SETTING} is 0, so all runs are kept."
        assert runs(history_url) == [old, last]
