"""Reconciliation: what the ledger says has come in is what lies in raw and in the marts."""

from collections.abc import Mapping

import dagster as dg

from orchestration.defs.resources import WarehouseResource

# The wrong loads, a row each; none is right. A row of an interval export may give two events.
UNRECONCILED_LOADS = """
select loads.load_id, loads.rows_loaded, count(events.load_id) as rows_found
from raw.loads as loads
left join raw.camera_events as events using (load_id)
where loads.status = 'loaded'
    and loads.run_id = %(run_id)s
group by loads.load_id
having count(events.load_id) <> coalesce((loads.validation ->> 'events')::bigint, loads.rows_loaded)
    or count(events.load_id) not between loads.rows_loaded and 2 * loads.rows_loaded
    or loads.rows_read <> loads.rows_loaded + loads.rows_rejected
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
