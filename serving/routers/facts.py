"""Events, sessions and visits, page by page."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from serving.answers import published
from serving.filters import FilterQuery
from serving.pagination import PageRequest, page_of
from serving.queries.facts import EVENTS, SESSIONS, VISITS, events_of, sessions_of, visits_of
from serving.routers.documented import answers, tabular
from serving.schemas.facts import EventPage, SessionPage, VisitPage

router = APIRouter(tags=["facts"])


@tabular(router, "/sessions", answers(SessionPage))
async def sessions(
    request: Request,
    filters: FilterQuery,
    asked: Annotated[PageRequest, Depends(page_of(SESSIONS))],
) -> Response:
    """Sessions that were entered in the range."""
    async with published(request) as reading:
        clock = asked.clock(reading.as_of)
        return await reading.page(asked, sessions_of(await reading.fit(filters, clock)), clock)


@tabular(router, "/events", answers(EventPage))
async def events(
    request: Request,
    filters: FilterQuery,
    asked: Annotated[PageRequest, Depends(page_of(EVENTS))],
) -> Response:
    """Events of the range; filters on status and dwell look at the session of an event."""
    async with published(request) as reading:
        clock = asked.clock(reading.as_of)
        return await reading.page(asked, events_of(await reading.fit(filters, clock)), clock)


@tabular(router, "/visits", answers(VisitPage))
async def visits(
    request: Request,
    filters: FilterQuery,
    asked: Annotated[PageRequest, Depends(page_of(VISITS))],
) -> Response:
    """Visits that started in the range; filters on cameras and sessions look at their parts."""
    async with published(request) as reading:
        clock = asked.clock(reading.as_of)
        return await reading.page(asked, visits_of(await reading.fit(filters, clock)), clock)
