"""Evaluations of checks that stand while their assets are materialized anew.

Dagster's pages show an evaluation as long as it is of the asset's latest materialization, and "Not
evaluated" from the next one on. What a run need not check again would look as if nobody had.

All that leans on how Dagster keeps evaluations is here; a test runs against the installed version.
"""

from collections.abc import Collection, Iterator, Mapping

from dagster import AssetCheckKey, AssetKey, DagsterInstance, EventLogEntry, EventLogRecord
from dagster._core.definitions.asset_checks.asset_check_evaluation import (
    AssetCheckEvaluationTargetMaterializationData,
)
from dagster._core.storage.asset_check_execution_record import (
    COMPLETED_ASSET_CHECK_EXECUTION_RECORD_STATUSES,
    AssetCheckExecutionRecord,
)
from dagster._core.storage.event_log import SqlEventLogStorage
from dagster._core.storage.event_log.schema import AssetCheckExecutionsTable
from dagster._serdes import serialize_value
from dagster_shared.record import replace
from sqlalchemy import bindparam

_IS_OF = (
    AssetCheckExecutionsTable.update()
    .where(AssetCheckExecutionsTable.c.id == bindparam("evaluation"))
    .values(
        evaluation_event=bindparam("event"),
        materialization_event_storage_id=bindparam("materialization"),
    )
)


def let_evaluations_stand(instance: DagsterInstance, checks: Collection[AssetCheckKey]) -> None:
    """Let the last evaluation of each check be of the asset's latest materialization too.

    It keeps its result, a bad one as well, its instant and its run. A check that is being evaluated
    is left as it is, for it says itself what it is of, and so is one that never was.
    """
    storage = instance.event_log_storage
    if not isinstance(storage, SqlEventLogStorage):  # as where Dagster is hosted
        return
    assets = instance.get_asset_records(list({check.asset_key for check in checks}))
    latest = {
        record.asset_entry.asset_key: record.asset_entry.last_materialization_record
        for record in assets
    }
    evaluations = storage.get_latest_asset_check_execution_by_key(list(checks))
    if standing := list(_standing(evaluations.values(), latest)):
        with storage.index_connection() as connection:
            connection.execute(_IS_OF, standing)


def _standing(
    evaluations: Collection[AssetCheckExecutionRecord],
    latest: Mapping[AssetKey, EventLogRecord | None],
) -> Iterator[Mapping[str, object]]:
    """Give what is to be written of each evaluation that the next materialization has left behind.

    One of the same run is shown in any case.
    """
    for one in evaluations:
        materialization = latest.get(one.key.asset_key)
        if one.status not in COMPLETED_ASSET_CHECK_EXECUTION_RECORD_STATUSES or not materialization:
            continue
        evaluation = one.evaluation
        assert evaluation is not None
        of = evaluation.target_materialization_data
        is_of_it = of is not None and of.storage_id == materialization.storage_id
        if not is_of_it and one.run_id != materialization.run_id:
            yield {
                "evaluation": one.id,
                "event": serialize_value(_event_of(one, materialization)),
                "materialization": materialization.storage_id,
            }


def _event_of(one: AssetCheckExecutionRecord, materialization: EventLogRecord) -> EventLogEntry:
    """Give the event of an evaluation as it is, but for the materialization that it is of."""
    assert one.event is not None
    assert one.event.dagster_event is not None
    of = AssetCheckEvaluationTargetMaterializationData(
        storage_id=materialization.storage_id, run_id=materialization.run_id,
        timestamp=materialization.timestamp,
    )  # fmt: skip
    evaluation = replace(one.evaluation, target_materialization_data=of)
    return one.event._replace(
        dagster_event=one.event.dagster_event._replace(event_specific_data=evaluation)
    )
