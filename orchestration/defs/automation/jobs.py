"""The one job: a batch of files from landing to a published data version."""

import dagster as dg

from orchestration.defs.ingestion.assets import load_landing_files
from orchestration.defs.quality.checks import rows_read_are_rows_loaded_plus_rejected
from orchestration.defs.transform.assets import marts

INGEST_JOB = "ingest_job"

ingest_job = dg.define_asset_job(
    INGEST_JOB,
    # The dbt tests run within the build of the marts, so the job does not run them again.
    selection=dg.AssetSelection.assets(marts).without_checks()
    | dg.AssetSelection.assets(load_landing_files)
    | dg.AssetSelection.checks(rows_read_are_rows_loaded_plus_rejected),
    description="Landing files → raw → staging → intermediate → marts → a data version.",
)
