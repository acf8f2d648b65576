"""Reconciliation: what the ledger says has come in is what lies in raw."""

from collections.abc import Mapping

import dagster as dg

from orchestration.defs.resources import WarehouseResource
from orchestration.lib.statements import statement


@dg.asset_check(asset="raw_loads", description="Each loaded file has as many rows in raw as said.")
def rows_read_are_rows_loaded_plus_rejected(
    context: dg.AssetCheckExecutionContext, warehouse: WarehouseResource
) -> dg.AssetCheckResult:
    """Compare the ledger's counts with the rows themselves, for the loads of this run."""
    with warehouse.loading() as connection:
        wrong = connection.execute(
            statement("unreconciled_loads"), {"run_id": context.run.run_id}
        ).fetchall()
    metadata: Mapping[str, dg.MetadataValue] = {"loads": dg.MetadataValue.json(wrong)}
    return dg.AssetCheckResult(passed=not wrong, metadata=metadata)
