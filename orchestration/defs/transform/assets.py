"""The dbt project as assets, dbt's tests as asset checks, and the data version at the end."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, dbt_assets

from orchestration.defs.resources import WarehouseResource
from orchestration.defs.transform.dbt_events import DagsterEvent, dagster_events, streamed_build
from orchestration.lib.dbt_build import DbtProject
from orchestration.lib.publication import build_turn, has_version, publish, unpublished_loads
from orchestration.settings import current_settings

VARIABLES = (
    "max_session_hours", "visit_gap_minutes", "waiting_minutes", "default_timezone",
    "future_tolerance_hours", "earliest_event",
)  # fmt: skip


@lru_cache(maxsize=1)
def dbt_project() -> DbtProject:
    """Give the process's dbt project, so that its parsed manifest is reused."""
    return DbtProject(current_settings().home / "dbt")


class LayerTranslator(DagsterDbtTranslator):
    """Groups assets by the layer of their model, as the folders of the dbt project do."""

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """Name an asset as its model is named; a source's asset is named in its meta."""
        meta = dbt_resource_props.get("meta", {}).get("dagster", {})
        return dg.AssetKey(meta.get("asset_key", [dbt_resource_props["name"]]))

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """Give the layer: staging, intermediate, marts; seeds are a group of their own."""
        layer = dbt_resource_props["fqn"][1:-1]
        return str(layer[0]) if layer else "seeds"


MANIFEST = dbt_project().manifest_path()
TRANSLATOR = LayerTranslator()


@dbt_assets(manifest=MANIFEST, dagster_dbt_translator=TRANSLATOR)
def marts(
    context: dg.AssetExecutionContext, warehouse: WarehouseResource
) -> Iterator[DagsterEvent]:
    """Build all models, then publish a data version; nothing to do if no load is new.

    Idempotent: a build that was killed midway is simply run again, and the last version stands.
    """
    with warehouse.transforming() as connection, build_turn(connection):
        if has_version(connection) and not unpublished_loads(connection):
            context.log.info("Every load is in a published version already.")
            return
        settings = current_settings()
        build = streamed_build(
            dbt_project(),
            warehouse.urls.transformer,
            {name: getattr(settings, name) for name in VARIABLES},
        )
        yield from dagster_events(build, MANIFEST, TRANSLATOR, context)
        version = publish(connection, context.run_id)
    yield dg.AssetMaterialization(
        "data_versions", metadata={"version": version.version, "loads": len(version.load_ids)}
    )


data_versions = dg.AssetSpec(
    "data_versions",
    deps=[key for key in marts.keys if marts.specs_by_key[key].group_name == "marts"],
    group_name="marts",
    description="Grain: one consistent state of all marts. Readers take their version from here.",
)
