"""The dbt project as assets, one a model, and the data version at the end."""

from collections.abc import Iterator

import dagster as dg
import psycopg
from dagster_dbt import dbt_assets

from orchestration.defs.resources import WarehouseResource
from orchestration.defs.transform.dbt_events import DagsterEvent, dagster_events, streamed_build
from orchestration.defs.transform.dbt_project import (
    MANIFEST,
    UNPLANNED,
    current_models,
    dbt_project,
    variables,
)
from orchestration.lib.dbt_build import DbtResult, OnEvent
from orchestration.lib.publication import DataVersion, build_turn, is_build_due
from orchestration.lib.retention import MonthLetGo, months_let_go
from orchestration.lib.short_loads import let_short_loads_end
from orchestration.lib.warehouse_build import build, build_scope
from orchestration.settings import current_settings


@dbt_assets(manifest=MANIFEST, dagster_dbt_translator=UNPLANNED)
def marts(
    context: dg.AssetExecutionContext, warehouse: WarehouseResource
) -> Iterator[DagsterEvent]:
    """Build the models, test them, publish a data version; nothing to do if no load is new.

    Idempotent: a build that was killed midway is simply run again, and the last version stands.
    """
    models = current_models()
    published: list[DataVersion] = []
    with warehouse.transforming() as connection, build_turn(connection):
        if not is_build_due(connection, models):
            context.log.info("Every load is in a published version already.")
            return
        let_short_loads_end(connection)
        scope = build_scope(connection, models)
        context.log.info(scope.explanation)

        def built(on_event: OnEvent) -> DbtResult:
            # Published at once: readers need not wait until Dagster has written its history.
            result, version = build(
                connection, dbt_project(), warehouse.urls.transformer, variables(), models,
                context.run_id, scope, on_event,
            )  # fmt: skip
            published.extend([version] if version else [])
            return result

        yield from dagster_events(streamed_build(built), context)
        gone = _let_go(context, connection) if published else []
    for version in published:
        metadata = {"version": version.version, "loads": len(version.load_ids)}
        yield dg.AssetMaterialization("data_versions", metadata=metadata)
    for month in gone:
        yield dg.AssetMaterialization("raw_kept_events", metadata={"let_go": str(month)})


def _let_go(context: dg.AssetExecutionContext, connection: psycopg.Connection) -> list[MonthLetGo]:
    """Let months of raw go, if the operator wants it; a failure is told and the version stands."""
    days = current_settings().raw_retention_days
    try:
        gone = months_let_go(connection, days) if days else []
    except psycopg.Error:
        context.log.exception("Retention has failed; it is tried again after the next publication.")
        return []
    if gone:
        context.log.info("Older than %d days, let go: %s.", days, ", ".join(map(str, gone)))
    return gone


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
