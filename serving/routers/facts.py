"""Sessions and events, page by page."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from serving.answers import published
from serving.filters import FilterQuery
from serving.pagination import PageRequest, page_of
from serving.queries.conditions import event_conditions, session_conditions
from serving.queries.facts import EVENTS, SESSIONS
from serving.routers.documented import answers
from serving.schemas.facts import EventPage, SessionPage

router = APIRouter(tags=["facts"])


@router.get("/sessions", responses=answers(SessionPage))
async def sessions(
    request: Request,
    filters: FilterQuery,
    asked: Annotated[PageRequest, Depends(page_of(SESSIONS))],
) -> Response:
    """Sessions that were entered in the range."""
    async with published(request) as reading:
        clock = asked.clock(reading.as_of)
        chosen = filters.fit(reading.snapshot, clock)
        return await reading.page(asked, partial(session_conditions, chosen), clock)


@router.get("/events", responses=answers(EventPage))
async def events(
    request: Request,
    filters: FilterQuery,
    asked: Annotated[PageRequest, Depends(page_of(EVENTS))],
) -> Response:
    """Events of the range; filters on status and dwell look at the session of an event."""
    async with published(request) as reading:
        clock = asked.clock(reading.as_of)
        chosen = filters.fit(reading.snapshot, clock)
        return await reading.page(asked, partial(event_conditions, chosen), clock)
