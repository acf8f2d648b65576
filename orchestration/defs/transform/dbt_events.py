"""dbt's events become Dagster's while the build runs, without a subprocess between them."""

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from queue import Queue
from typing import TypeAlias

import dagster as dg
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage

from orchestration.defs.transform.dbt_project import MANIFEST, TRANSLATOR
from orchestration.lib.dbt_build import DbtEvent, DbtResult, OnEvent

DagsterEvent: TypeAlias = (
    dg.Output[None]
    | dg.AssetMaterialization
    | dg.AssetObservation
    | dg.AssetCheckResult
    | dg.AssetCheckEvaluation
)

# To write history takes the interpreter from dbt: a short build is over before any is written. A
# long one shows in the UI how far it is.
HELD_BACK_SECONDS = 5.0

_ROW_COUNT = re.compile(r"^(?:SELECT|INSERT|MERGE)(?: 0)? (\d+)$")


def streamed_build(build: Callable[[OnEvent], DbtResult]) -> Iterator[DbtEvent | DbtResult]:
    """Run `build` in a thread; give dbt's events as they come and its result last.

    Those of the first seconds come together. Raises what `build` raises.
    """
    events: Queue[DbtEvent | DbtResult | BaseException] = Queue()
    finished = threading.Event()

    def run() -> None:
        try:
            events.put(build(events.put))
        except BaseException as error:
            events.put(error)
        finally:
            finished.set()

    threading.Thread(target=run, name="dbt", daemon=True).start()
    finished.wait(HELD_BACK_SECONDS)
    while True:
        event = events.get()
        if isinstance(event, BaseException):
            raise event
        yield event
        if isinstance(event, DbtResult):
            return


def dagster_events(
    build: Iterator[DbtEvent | DbtResult], context: dg.AssetExecutionContext
) -> Iterator[DagsterEvent]:
    """Give an output a model and an evaluation a test; raises dg.Failure if the build failed."""
    for event in build:
        if isinstance(event, DbtResult):
            if not event.success:
                raise dg.Failure(description=event.explanation)
            return
        if _is_of_test(event):
            yield from check_evaluations(event)
            continue
        message = DbtCoreCliEventMessage(raw_event=dict(event), event_history_metadata={})
        for dagster_event in message.to_default_asset_events(MANIFEST, TRANSLATOR, context):
            if isinstance(dagster_event, dg.Output):
                context.add_output_metadata(_row_count(event), dagster_event.output_name)
            yield dagster_event


def check_evaluations(event: DbtEvent) -> Iterator[dg.AssetCheckEvaluation]:
    """Give the evaluation that a test's result is; nothing for events that are no result."""
    message = DbtCoreCliEventMessage(raw_event=dict(event), event_history_metadata={})
    for dagster_event in message.to_default_asset_events(MANIFEST, TRANSLATOR):
        if isinstance(dagster_event, dg.AssetCheckEvaluation):
            yield dagster_event


def _is_of_test(event: DbtEvent) -> bool:
    node = event["data"].get("node_info")
    return isinstance(node, Mapping) and node.get("resource_type") == "test"


def _row_count(event: DbtEvent) -> Mapping[str, int]:
    """Give the number of rows that Postgres says the model has written."""
    match = _ROW_COUNT.match(str(event["data"].get("status", "")))
    return {"rows_written": int(match[1])} if match else {}
