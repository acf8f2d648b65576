"""dbt's tests as Dagster knows them: which checks they are, and the step that evaluates those."""

from collections.abc import Mapping
from functools import cache
from typing import Any

import dagster as dg
from dagster_dbt.asset_utils import get_asset_check_key_for_test
from dagster_dbt.dbt_manifest import validate_manifest

from orchestration.defs.transform.dbt_project import MANIFEST, TRANSLATOR

# The step of those that are asked for in Dagster's UI, by themselves or with their assets.
CHECKS_STEP = "dbt_tests"


@cache
def nodes_of_checks() -> Mapping[dg.AssetCheckKey, Mapping[str, Any]]:
    """Give each test of dbt's manifest that is a check of an asset, by its key."""
    manifest = validate_manifest(MANIFEST)
    keys = (
        (get_asset_check_key_for_test(manifest, TRANSLATOR, unique_id, None), node)
        for unique_id, node in manifest["nodes"].items()
    )
    return {key: node for key, node in keys if key is not None}
