"""The ledger: what came in, and what was refused."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import StreamingResponse

from serving.answering.answers import ledger
from serving.answering.load_events import LoadEvents
from serving.choices import LoadStatus
from serving.errors import ProblemError
from serving.numbers import PlainNumber
from serving.pagination import PageRequest, page_of
from serving.queries.loads import LOADS, REJECTIONS, loads_with, read_load, rejections_of
from serving.routers.documented import NOT_FOUND, live_answers, tabular
from serving.schemas.loads import LoadAnswer, LoadPage, RejectionPage

router = APIRouter(tags=["loads"])
STREAM: dict[str, object] = {
    "description": "`load` for each step, then `published` or `ended`; `problem` if it cannot be "
    "followed. The data is the load as JSON.",
    "content": {"text/event-stream": {}},
}
LoadId = Annotated[
    int, Path(ge=1, le=2**63 - 1, description="Number of the load.", examples=[12]), PlainNumber
]


@tabular(router, "/loads", live_answers(LoadPage))
async def loads(
    request: Request,
    asked: Annotated[PageRequest, Depends(page_of(LOADS))],
    status: Annotated[
        tuple[LoadStatus, ...], Query(description="Loads that are in one of these states.")
    ] = (),
) -> Response:
    """Files that came in, the latest first, while they load too."""
    async with ledger(request) as reading:
        return await reading.page(asked, loads_with(status))


@tabular(router, "/loads/{load_id}", {**live_answers(LoadAnswer), **NOT_FOUND})
async def load(request: Request, load_id: LoadId) -> Response:
    """One load, with the result of the checks of its file."""
    async with ledger(request) as reading:
        found = await read_load(reading.connection, load_id)
        if found is None:
            raise _no_load(load_id)
        return reading.single(LOADS.types, found)


@router.get(
    "/loads/{load_id}/events", response_class=StreamingResponse,
    responses={**live_answers(LoadAnswer), **NOT_FOUND, 200: STREAM},
)  # fmt: skip
async def load_events(request: Request, load_id: LoadId) -> Response:
    """Tell the steps of a load as server-sent events, until it is published."""
    events: LoadEvents = request.app.state.load_events
    events.require_room()
    async with ledger(request) as reading:
        if await read_load(reading.connection, load_id) is None:
            raise _no_load(load_id)
    return StreamingResponse(
        events.of(request, load_id), 200, {"Cache-Control": "no-store"}, "text/event-stream"
    )


@tabular(router, "/loads/{load_id}/rejections", {**live_answers(RejectionPage), **NOT_FOUND})
async def rejections(
    request: Request,
    load_id: LoadId,
    asked: Annotated[PageRequest, Depends(page_of(REJECTIONS))],
) -> Response:
    """Rows of a file that were refused, and why."""
    async with ledger(request) as reading:
        if await read_load(reading.connection, load_id) is None:
            raise _no_load(load_id)
        return await reading.page(asked, rejections_of(load_id))


def _no_load(load_id: int) -> ProblemError:
    return ProblemError(404, f"There is no load {load_id}; /v1/loads lists those that there are.")
