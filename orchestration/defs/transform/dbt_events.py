"""dbt's events become Dagster's while the build runs, without a subprocess between them."""

import re
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from queue import Queue
from typing import TypeAlias

import dagster as dg
from dagster_dbt import DagsterDbtTranslator
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage

from orchestration.lib.dbt_build import DbtEvent, DbtProject, DbtResult

DagsterEvent: TypeAlias = (
    dg.Output[None]
    | dg.AssetMaterialization
    | dg.AssetObservation
    | dg.AssetCheckResult
    | dg.AssetCheckEvaluation
)

_ROW_COUNT = re.compile(r"^(?:SELECT|INSERT|MERGE)(?: 0)? (\d+)$")


def streamed_build(
    project: DbtProject, url: str, variables: Mapping[str, object]
) -> Iterator[DbtEvent | DbtResult]:
    """Give dbt's events as they come, and its result last; raises what dbt raises."""
    events: Queue[DbtEvent | DbtResult | BaseException] = Queue()

    def build() -> None:
        try:
            events.put(project.build(url, variables, events.put))
        except BaseException as error:
            events.put(error)

    threading.Thread(target=build, name="dbt", daemon=True).start()
    while True:
        event = events.get()
        if isinstance(event, BaseException):
            raise event
        yield event
        if isinstance(event, DbtResult):
            return


def dagster_events(
    build: Iterator[DbtEvent | DbtResult], manifest: Path, translator: DagsterDbtTranslator,
    context: dg.AssetExecutionContext,
) -> Iterator[DagsterEvent]:  # fmt: skip
    """Give a materialization a model and a result a test; raises dg.Failure if the build failed."""
    for event in build:
        if isinstance(event, DbtResult):
            if not event.success:
                raise dg.Failure(description=event.explanation)
            return
        message = DbtCoreCliEventMessage(raw_event=dict(event), event_history_metadata={})
        for dagster_event in message.to_default_asset_events(manifest, translator, context):
            if isinstance(dagster_event, dg.Output):
                context.add_output_metadata(_row_count(event), dagster_event.output_name)
            yield dagster_event


def _row_count(event: DbtEvent) -> Mapping[str, int]:
    """Give the number of rows that Postgres says the model has written."""
    match = _ROW_COUNT.match(str(event["data"].get("status", "")))
    return {"dagster/row_count": int(match[1])} if match else {}
