"""The one job: a batch of files from landing to a published data version."""

import dagster as dg

INGEST_JOB = "ingest_job"

ingest_job = dg.define_asset_job(
    INGEST_JOB,
    selection=dg.AssetSelection.all(),
    description="Landing files → raw → staging → intermediate → marts → a data version.",
)
