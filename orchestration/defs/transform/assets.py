"""The dbt project as assets, one a model, and the data version at the end."""

import logging
import traceback
from collections.abc import Iterator
from functools import partial

import dagster as dg
import psycopg
from dagster_dbt import dbt_assets

from orchestration.defs.resources import WarehouseResource
from orchestration.defs.transform.dbt_checks import CHECKS_STEP, nodes_of_checks
from orchestration.defs.transform.dbt_events import (
    DagsterEvent,
    LogLine,
    Tell,
    dagster_events,
    told_by,
)
from orchestration.defs.transform.dbt_project import (
    MANIFEST,
    UNPLANNED,
    current_models,
    dbt_project,
    variables,
)
from orchestration.lib.building.publication import build_turn, is_build_due
from orchestration.lib.building.retention import months_let_go
from orchestration.lib.building.short_loads import let_short_loads_end
from orchestration.lib.building.warehouse_build import build, build_scope
from orchestration.runtime.standing_evaluations import let_evaluations_stand
from orchestration.settings import current_settings


@dbt_assets(manifest=MANIFEST, dagster_dbt_translator=UNPLANNED)
def marts(
    context: dg.AssetExecutionContext, warehouse: WarehouseResource
) -> Iterator[DagsterEvent]:
    """Build the models, test them, publish a data version; nothing to do if no load is new.

    Idempotent: a build that was killed midway is simply run again, and the last version stands.
    """
    build_marts = partial(_build_in_turn, warehouse, context.run_id)
    given = set()
    for event in dagster_events(told_by(build_marts), context):
        if isinstance(event, dg.Output):
            given.add(event.output_name)
        yield event
    if context.job_def.has_node_named(CHECKS_STEP):  # one output less, and Dagster skips them all
        yield from (dg.Output(None, name) for name in context.selected_output_names - given)
    # What a build has left out, no data can break.
    let_evaluations_stand(context.instance, nodes_of_checks().keys())


def _build_in_turn(warehouse: WarehouseResource, run_id: str, tell: Tell) -> None:
    """Wait for the turn, build, publish, and let months of raw go; `tell` all that the run is told.

    The thread of dbt takes the turn itself: it goes on when the run's own is interrupted, and no
    other build may begin before it has ended.
    """
    with warehouse.transforming() as connection, build_turn(connection):
        models = current_models()  # now, for they may have changed while others had the turn
        if not is_build_due(connection, models):
            tell(LogLine("Every load is in a published version already."))
            return
        let_short_loads_end(connection)
        scope = build_scope(connection, models)
        tell(LogLine(scope.explanation))
        # Published at once: readers need not wait until Dagster has written its history.
        result, version = build(
            connection, dbt_project(), warehouse.urls.transformer, variables(), models,
            run_id, scope, tell,
        )  # fmt: skip
        tell(result)
        if version:
            metadata = {"version": version.version, "loads": len(version.load_ids)}
            tell(dg.AssetMaterialization("data_versions", metadata=metadata))
            _let_go(connection, tell)


def _let_go(connection: psycopg.Connection, tell: Tell) -> None:
    """Let months of raw go, if the operator wants it; a failure is told and the version stands."""
    days = current_settings().raw_retention_days
    try:
        gone = months_let_go(connection, days) if days else []
    except psycopg.Error:
        failed = "Retention has failed; it is tried again after the next publication."
        tell(LogLine(f"{failed}\n{traceback.format_exc()}", logging.ERROR))
        return
    if gone:
        tell(LogLine(f"Older than {days} days, let go: {', '.join(map(str, gone))}."))
    for month in gone:
        tell(dg.AssetMaterialization("raw_kept_events", metadata={"let_go": str(month)}))


data_versions = dg.AssetSpec(
    "data_versions",
    deps=[key for key in marts.keys if marts.specs_by_key[key].group_name == "marts"],
    group_name="marts",
    description="Grain: one consistent state of all marts. Readers take their version from here.",
)

raw_kept_events = dg.AssetSpec(
    "raw_kept_events",
    deps=["raw_camera_events"],
    group_name="raw",
    kinds={"postgres", "table"},
    description=(
        "What retention keeps of rows that have left `raw_camera_events`: all that models read. "
        "A row is in one of the two. Grain: one row of a loaded file, without its line."
    ),
)
