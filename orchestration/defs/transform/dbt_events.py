"""dbt's events become Dagster's once the build has ended, without a subprocess between them.

What a failed build has made is gone with it: only of a published one does Dagster hold that it has
materialized an asset. Nor does history take the interpreter from dbt while it is written.
"""

import logging
import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from queue import Queue
from typing import TypeAlias

import dagster as dg
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage

from orchestration.defs.transform.dbt_project import MANIFEST, TRANSLATOR
from orchestration.lib.building.dbt_build import DbtEvent
from orchestration.lib.building.dbt_result import DbtResult

DagsterEvent: TypeAlias = (
    dg.Output[None]
    | dg.AssetMaterialization
    | dg.AssetObservation
    | dg.AssetCheckResult
    | dg.AssetCheckEvaluation
)

# How often the log of a long build says how far it is.
PROGRESS_SECONDS = 5.0

_ROW_COUNT = re.compile(r"^(?:SELECT|INSERT|MERGE)(?: 0)? (\d+)$")


@dataclass(frozen=True)
class LogLine:
    """What the log of the run is to say."""

    text: str
    level: int = logging.INFO


Message: TypeAlias = DbtEvent | DbtResult | LogLine | dg.AssetMaterialization
Tell: TypeAlias = Callable[[Message], None]


def told_by(build: Callable[[Tell], None]) -> Iterator[Message]:
    """Run `build` in a thread, which goes on if nobody listens; give what it tells as it comes.

    Raises what `build` raises.
    """
    messages: Queue[Message | BaseException | None] = Queue()

    def run() -> None:
        try:
            build(messages.put)
        except BaseException as error:
            messages.put(error)
        finally:
            messages.put(None)

    threading.Thread(target=run, name="dbt", daemon=True).start()
    while (message := messages.get()) is not None:
        if isinstance(message, BaseException):
            raise message
        yield message


def dagster_events(
    messages: Iterator[Message], context: dg.AssetExecutionContext
) -> Iterator[DagsterEvent]:
    """Give an output a model and an evaluation a test when the build has ended, not before.

    Of a build that failed, give the evaluations alone. Raises dg.Failure if it did.
    """
    of_dbt: list[DbtEvent] = []
    progress_at = time.monotonic() + PROGRESS_SECONDS
    for message in messages:
        if isinstance(message, LogLine):
            context.log.log(message.level, message.text)
        elif isinstance(message, dg.AssetMaterialization):
            yield message
        elif isinstance(message, DbtResult):
            yield from _events_of_build(of_dbt, message, context)
        else:
            of_dbt.append(message)
            told = message["info"]
            if str(told["name"]).endswith("Result") and time.monotonic() > progress_at:
                context.log.info(str(told["msg"]))
                progress_at = time.monotonic() + PROGRESS_SECONDS


def _events_of_build(
    of_dbt: Sequence[DbtEvent], result: DbtResult, context: dg.AssetExecutionContext
) -> Iterator[DagsterEvent]:
    given_up = {node.unique_id for node in result.nodes if node.is_given_up}
    for event in of_dbt:
        node = _node_of(event)
        if node.get("resource_type") != "test":
            if result.success:
                yield from _events_of_model(event, context)
        elif node.get("unique_id") not in given_up:  # which says nothing of the data
            yield from check_evaluations(event)
    if not result.success:
        raise dg.Failure(description=result.explanation)


def _events_of_model(event: DbtEvent, context: dg.AssetExecutionContext) -> Iterator[DagsterEvent]:
    """Give the model's output, or its materialization where a run by hand has not chosen it."""
    message = DbtCoreCliEventMessage(raw_event=dict(event), event_history_metadata={})
    for dagster_event in message.to_default_asset_events(MANIFEST, TRANSLATOR, context):
        if isinstance(dagster_event, dg.Output):
            if dagster_event.output_name not in context.selected_output_names:
                yield from message.to_default_asset_events(MANIFEST, TRANSLATOR)
                continue
            context.add_output_metadata(_row_count(event), dagster_event.output_name)
        yield dagster_event


def check_evaluations(event: DbtEvent) -> Iterator[dg.AssetCheckEvaluation]:
    """Give the evaluation that a test's result is; nothing for events that are no result."""
    message = DbtCoreCliEventMessage(raw_event=dict(event), event_history_metadata={})
    for dagster_event in message.to_default_asset_events(MANIFEST, TRANSLATOR):
        if isinstance(dagster_event, dg.AssetCheckEvaluation):
            yield dagster_event


def _node_of(event: DbtEvent) -> Mapping[str, object]:
    node = event["data"].get("node_info")
    return node if isinstance(node, Mapping) else {}


def _row_count(event: DbtEvent) -> Mapping[str, int]:
    """Give the number of rows that Postgres says the model has written."""
    match = _ROW_COUNT.match(str(event["data"].get("status", "")))
    return {"rows_written": int(match[1])} if match else {}
