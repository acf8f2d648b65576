"""Lets old runs go while the stack runs, a few at a time."""

import dagster as dg

from orchestration.runtime.run_retention import runs_let_go
from orchestration.settings import current_settings
from serving.settings import PREFIX

SETTING = f"{PREFIX}RUN_RETENTION_DAYS"


@dg.sensor(
    name="run_retention_sensor", minimum_interval_seconds=60,
    description=(
        f"Deletes runs that ended more than {SETTING} days ago, a few at a time. "
        "Those stay that the last state of an asset or of a check comes from."
    ),
    default_status=dg.DefaultSensorStatus.RUNNING,
)  # fmt: skip
def run_retention_sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Let a few old runs go; no tick takes long, for the landing sensor waits meanwhile."""
    days = current_settings().run_retention_days
    if not days:
        return dg.SkipReason(f"{SETTING} is 0, so all runs are kept.")
    assert context.repository_def is not None
    checks = context.repository_def.asset_graph.asset_check_keys
    gone = runs_let_go(context.instance, checks, days)
    return dg.SkipReason(f"Deleted of runs that ended more than {days} days ago: {gone}.")
