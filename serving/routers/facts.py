"""Events, sessions and visits, page by page."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from serving.answering.pages import paged
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
    return await paged(request, filters, asked, sessions_of)


@tabular(router, "/events", answers(EventPage))
async def events(
    request: Request,
    filters: FilterQuery,
    asked: Annotated[PageRequest, Depends(page_of(EVENTS))],
) -> Response:
    """Events of the range; filters on status and dwell look at the session of an event."""
    return await paged(request, filters, asked, events_of)


@tabular(router, "/visits", answers(VisitPage))
async def visits(
    request: Request,
    filters: FilterQuery,
    asked: Annotated[PageRequest, Depends(page_of(VISITS))],
) -> Response:
    """Visits that started in the range; filters on cameras and sessions look at their parts."""
    return await paged(request, filters, asked, visits_of)
