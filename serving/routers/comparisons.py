"""Cameras and sites beside one another: rankings, and the ways between them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from serving.answering.answers import published
from serving.answering.pages import paged
from serving.calendar.splitting import split_days, split_hours
from serving.choices import CameraOrSite
from serving.filters import FilterQuery
from serving.pagination import ListQuery, PageRequest, listed, page_of
from serving.queries.rankings import (
    COLUMNS,
    METRICS,
    RankedBy,
    ranking_listing,
    ranking_of,
)
from serving.queries.transitions import TRANSITIONS, transitions_of
from serving.routers.documented import answers, tabular
from serving.schemas.comparisons import RankingPage, TransitionPage

router = APIRouter(tags=["statistics"])


@tabular(router, "/rankings", answers(RankingPage))
async def rankings(
    request: Request,
    filters: FilterQuery,
    query: Annotated[
        ListQuery,
        Depends(
            listed(COLUMNS, COLUMNS, "rank", sort_example="rank", fields_example="rank,camera_id")
        ),
    ],
    group_by: Annotated[CameraOrSite, Query(description="What is ranked.")] = "camera",
    metric: Annotated[
        RankedBy, Query(description="What it is ranked by, the highest first.")
    ] = "unique_visitors",
) -> Response:
    """Cameras or sites by a metric, with the change against the range before.

    Without a range that begins and ends there is none before: previous_value is null.
    """
    asked = query.of(ranking_listing(group_by))
    async with published(request) as reading:
        clock = asked.clock(reading.as_of)
        split = split_days if METRICS[metric].is_of_sessions else split_hours
        now, before = split(await reading.fit(filters, clock), reading.snapshot), None
        if previous := await reading.fit_previous(filters, clock):
            before = split(previous[0], reading.snapshot)
        return await reading.page(asked, ranking_of(group_by, metric, now, before), clock)


@tabular(router, "/transitions", answers(TransitionPage))
async def transitions(
    request: Request,
    filters: FilterQuery,
    asked: Annotated[PageRequest, Depends(page_of(TRANSITIONS))],
) -> Response:
    """How often visits went from one camera to the next, and how long it took.

    A transition is of the time of its later session, whose status and dwell are filtered; filters
    on cameras let pass what begins or ends at one of them.
    """
    return await paged(request, filters, asked, transitions_of)
