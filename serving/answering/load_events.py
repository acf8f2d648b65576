"""Tells the steps of a load as they happen, as server-sent events, until it is published."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress

from fastapi import Request
from fastapi.sse import format_sse_event

from serving.answering.answers import ledger
from serving.answering.instants import as_json
from serving.errors import ProblemError
from serving.exchange import exchange_of
from serving.queries.loads import is_published, read_load

LOOK_SECONDS = 0.5
# Sooner than anything between here and the client gives a silent connection up.
LONGEST_SILENCE_SECONDS = 10.0
MOST_SECONDS = 600.0
MOST_STREAMS = 50
SILENT = b": still here\n\n"

State = dict[str, object]


class LoadEvents:
    """The streams that are open: not too many, none for ever, none beyond the end of the API."""

    def __init__(self, patience_seconds: float) -> None:
        # The API itself ends what has stood still for longer than its patience.
        self._silence_seconds = min(LONGEST_SILENCE_SECONDS, patience_seconds / 2)
        self._open = 0
        self._closing = asyncio.Event()

    def close(self) -> None:
        """End all streams; their clients ask again."""
        self._closing.set()

    def require_room(self) -> None:
        """Raise the 503 that is due when as many are open as may be."""
        if self._open >= MOST_STREAMS:
            detail = f"{MOST_STREAMS} clients follow loads already; ask /v1/loads/ID now and then."
            raise ProblemError(503, detail, headers={"Retry-After": "10"})

    async def of(self, request: Request, load_id: int) -> AsyncIterator[bytes]:
        """Give an event for each step: `load`, then `published` or `ended`; or `problem`."""
        self._open += 1
        try:
            async for event in self._steps(request, load_id):
                yield event
        except ProblemError as problem:
            yield _event("problem", {"status": problem.status, "detail": problem.detail})
        finally:
            self._open -= 1

    async def _steps(self, request: Request, load_id: int) -> AsyncIterator[bytes]:
        sent, sent_at = None, time.monotonic()
        end_at = sent_at + MOST_SECONDS
        while time.monotonic() < end_at and not self._closing.is_set():
            name, state = await _state(request, load_id)
            if state != sent:
                exchange_of(request.scope).rows = 1
                sent, sent_at = state, time.monotonic()
                yield _event(name, state)
            elif time.monotonic() - sent_at > self._silence_seconds:
                sent_at = time.monotonic()
                yield SILENT
            if name != "load":
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), LOOK_SECONDS)


async def _state(request: Request, load_id: int) -> tuple[str, State]:
    """Give how far the load is, and the name of the event that tells it."""
    async with ledger(request) as reading:
        load = await read_load(reading.connection, load_id)
        if load is None:
            raise ProblemError(404, f"There is no load {load_id}.")
        is_in_version = await is_published(reading.connection, load_id)
    load.pop("validation")
    state = {**load, "is_published": is_in_version}
    if is_in_version:
        return "published", state
    is_over = load["status"] in ("duplicate", "rejected", "failed")
    return ("ended" if is_over else "load"), state


def _event(name: str, data: State) -> bytes:
    return format_sse_event(data_str=as_json(data).decode(), event=name)
