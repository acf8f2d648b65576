"""dbt's events become Dagster's while the build runs, without a subprocess between them."""

import logging
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
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

# To write history takes the interpreter from dbt: a short build is over before any is written. A
# long one shows in the UI how far it is.
HELD_BACK_SECONDS = 5.0

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

    But for the first message, those of the first seconds come together. Raises what `build` raises.
    """
    messages: Queue[Message | BaseException | None] = Queue()
    finished = threading.Event()

    def run() -> None:
        try:
            build(messages.put)
        except BaseException as error:
            messages.put(error)
        finally:
            messages.put(None)
            finished.set()

    threading.Thread(target=run, name="dbt", daemon=True).start()
    taken = _taken_from(messages)
    yield from islice(taken, 1)  # it may have waited for the turn, which is no time of dbt's
    finished.wait(HELD_BACK_SECONDS)
    yield from taken


def _taken_from(messages: "Queue[Message | BaseException | None]") -> Iterator[Message]:
    while (message := messages.get()) is not None:
        if isinstance(message, BaseException):
            raise message
        yield message


def dagster_events(
    messages: Iterator[Message], context: dg.AssetExecutionContext
) -> Iterator[DagsterEvent]:
    """Give an output a model and an evaluation a test; raises dg.Failure if the build failed."""
    for message in messages:
        if isinstance(message, LogLine):
            context.log.log(message.level, message.text)
        elif isinstance(message, dg.AssetMaterialization):
            yield message
        elif isinstance(message, DbtResult):
            if not message.success:
                raise dg.Failure(description=message.explanation)
        elif _is_of_test(message):
            yield from check_evaluations(message)
        else:
            yield from _events_of_model(message, context)


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


def _is_of_test(event: DbtEvent) -> bool:
    node = event["data"].get("node_info")
    return isinstance(node, Mapping) and node.get("resource_type") == "test"


def _row_count(event: DbtEvent) -> Mapping[str, int]:
    """Give the number of rows that Postgres says the model has written."""
    match = _ROW_COUNT.match(str(event["data"].get("status", "")))
    return {"rows_written": int(match[1])} if match else {}
