"""dbt's tests as asset checks: evaluated within each build, and on their own from Dagster's UI."""

from collections.abc import Iterator

import dagster as dg

from orchestration.defs.quality.sentences import sentence_of
from orchestration.defs.resources import WarehouseResource
from orchestration.defs.transform.dbt_checks import CHECKS_STEP, nodes_of_checks
from orchestration.defs.transform.dbt_events import check_evaluations
from orchestration.defs.transform.dbt_project import dbt_project, variables
from orchestration.lib.building.dbt_build import DbtEvent
from orchestration.lib.building.publication import build_turn


def _check_specs() -> Iterator[dg.AssetCheckSpec]:
    for key, node in nodes_of_checks().items():
        yield dg.AssetCheckSpec(key.name, asset=key.asset_key, description=sentence_of(node))


@dg.multi_asset_check(name=CHECKS_STEP, specs=list(_check_specs()), can_subset=True)
def dbt_tests(
    context: dg.AssetCheckExecutionContext, warehouse: WarehouseResource
) -> Iterator[dg.AssetCheckResult]:
    """Run the chosen tests on the marts as they are, while no build changes them.

    Raises dg.Failure if dbt cannot run them.
    """
    names = [key.name for key in context.selected_asset_check_keys]
    events: list[DbtEvent] = []
    with warehouse.transforming() as connection, build_turn(connection):
        result = dbt_project().build(
            warehouse.urls.transformer, variables(), events.append, select=names
        )
    for event in events:
        for found in check_evaluations(event):
            yield dg.AssetCheckResult(
                asset_key=found.asset_key, check_name=found.check_name, passed=found.passed,
                severity=found.severity, metadata=found.metadata,
            )  # fmt: skip
    if result.error:  # a test that fails is a result; that none could be run is not
        raise dg.Failure(description=result.explanation)
