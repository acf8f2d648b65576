"""The dbt project as this process runs it: parsed once, with the operator's variables."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DagsterDbtTranslatorSettings

from orchestration.lib.building.dbt_build import DbtProject
from orchestration.lib.building.dbt_models import models_fingerprint, variables_of
from orchestration.settings import current_settings


@lru_cache(maxsize=1)
def dbt_project() -> DbtProject:
    """Give the process's dbt project, so that its parsed manifest is reused."""
    return DbtProject(current_settings().home / "dbt")


def variables() -> Mapping[str, object]:
    """Give the variables of the models as the settings say them."""
    return variables_of(current_settings())


def current_models() -> str:
    """Give the fingerprint of the models as they are on disk now."""
    return models_fingerprint(variables())


class LayerTranslator(DagsterDbtTranslator):
    """Names assets as their models and groups them by layer, as the dbt project's folders do."""

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
# Checks that a run plans cost it two writes more each; those of dbt are reported unplanned.
UNPLANNED = LayerTranslator(DagsterDbtTranslatorSettings(enable_asset_checks=False))
