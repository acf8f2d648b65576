"""Reconciliation: what the ledger says has come in is what lies in raw."""

from collections.abc import Mapping

import dagster as dg

from orchestration.defs.resources import WarehouseResource

# The wrong loads, a row each; none is right. A row of an interval export may give two events.
UNRECONCILED_LOADS = """
select load_id, rows_loaded, rows_found
from raw.loads
cross join lateral (
    select count(*) + events_let_go as rows_found
    from raw.camera_events where camera_events.load_id = loads.load_id
) as found
where status = 'loaded'
    and run_id = %(run_id)s
    and (
        rows_found <> coalesce((validation ->> 'events')::bigint, rows_loaded)
        or rows_found not between rows_loaded and 2 * rows_loaded
        or rows_read <> rows_loaded + rows_rejected
    )
"""


@dg.asset_check(asset="raw_loads", description="Each loaded file has as many rows in raw as said.")
def rows_read_are_rows_loaded_plus_rejected(
    context: dg.AssetCheckExecutionContext, warehouse: WarehouseResource
) -> dg.AssetCheckResult:
    """Compare the ledger's counts with the rows themselves, for the loads of this run."""
    with warehouse.loading() as connection:
        wrong = connection.execute(UNRECONCILED_LOADS, {"run_id": context.run.run_id}).fetchall()
    metadata: Mapping[str, dg.MetadataValue] = {"loads": dg.MetadataValue.json(wrong)}
    return dg.AssetCheckResult(passed=not wrong, metadata=metadata)
