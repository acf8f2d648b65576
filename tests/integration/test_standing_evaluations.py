"""Evaluations that stand, as the installed version of Dagster tells them to its pages."""

import asyncio
from collections.abc import Iterator

import dagster as dg
import pytest
from dagster._core.loader import LoadingContextForTest
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecord

from orchestration.runtime.standing_evaluations import let_evaluations_stand


@dg.asset
def number() -> None:
    pass


@dg.multi_asset_check(
    specs=[dg.AssetCheckSpec(name, asset="number") for name in ("it_is_good", "it_is_even")]
)
def checks() -> Iterator[dg.AssetCheckResult]:
    yield dg.AssetCheckResult(check_name="it_is_good", passed=True)
    yield dg.AssetCheckResult(check_name="it_is_even", passed=False, metadata={"rows": 3})


KEYS = list(checks.check_keys)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def records(instance: dg.DagsterInstance) -> list[AssetCheckExecutionRecord]:
    return list(instance.event_log_storage.get_latest_asset_check_execution_by_key(KEYS).values())


def shown(instance: dg.DagsterInstance) -> dict[str, tuple[str, str, float]]:
    """Give status, run and instant of each check that is not shown as "Not evaluated"."""

    async def of_latest() -> list[AssetCheckExecutionRecord]:
        context = LoadingContextForTest(instance)
        found = records(instance)
        return [one for one in found if await one.targets_latest_materialization(context)]

    return {
        one.key.name: (one.status.value, one.run_id, one.event.timestamp)
        for one in asyncio.run(of_latest())
        if one.event is not None
    }


def test_an_evaluation_stands_with_its_result_its_run_and_its_instant(
    instance: dg.DagsterInstance,
) -> None:
    evaluated = dg.materialize([number, checks], instance=instance)
    before = shown(instance)
    assert {name: told[:2] for name, told in before.items()} == {
        "it_is_good": ("SUCCEEDED", evaluated.run_id),
        "it_is_even": ("FAILED", evaluated.run_id),
    }
    for _ in range(2):
        dg.materialize([number], instance=instance)
        assert shown(instance) == {}
        let_evaluations_stand(instance, KEYS)
        assert shown(instance) == before
    evaluations = {one.key.name: one.evaluation for one in records(instance)}
    assert evaluations["it_is_even"] is not None
    assert evaluations["it_is_even"].metadata == {"rows": dg.IntMetadataValue(3)}
    for key in KEYS:
        history = instance.event_log_storage.get_asset_check_execution_history(key, limit=9)
        assert len(history) == 1, "nothing is added"


def test_the_next_evaluation_takes_the_place_of_one_that_stands(
    instance: dg.DagsterInstance,
) -> None:
    dg.materialize([number, checks], instance=instance)
    dg.materialize([number], instance=instance)
    let_evaluations_stand(instance, KEYS)
    again = dg.materialize([number, checks], instance=instance)
    assert {run_id for _, run_id, _ in shown(instance).values()} == {again.run_id}
    told = shown(instance)
    let_evaluations_stand(instance, KEYS)
    assert shown(instance) == told


def test_a_check_that_is_being_evaluated_or_never_was_is_left_as_it_is(
    instance: dg.DagsterInstance,
) -> None:
    dg.materialize([number], instance=instance)
    let_evaluations_stand(instance, KEYS)
    assert records(instance) == []
    dg.materialize([number, checks], instance=instance)
    defs = dg.Definitions(assets=[number], asset_checks=[checks])
    job = defs.resolve_implicit_global_asset_job_def()
    run = instance.create_run_for_job(job)
    planned = records(instance)
    assert {(one.run_id, one.status.value) for one in planned} == {(run.run_id, "PLANNED")}
    dg.materialize([number], instance=instance)
    let_evaluations_stand(instance, KEYS)
    assert records(instance) == planned
