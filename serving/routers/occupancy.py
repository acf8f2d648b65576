"""How many were present, and who is inside."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from serving.answering.answers import published
from serving.calendar.plotting import OR_COARSER, Plot
from serving.calendar.zones import ZoneQuery
from serving.choices import CameraOrSite, Granularity
from serving.filters import FilterQuery
from serving.pagination import PageRequest, page_of
from serving.queries.series import OCCUPANCY
from serving.queries.visitors import INSIDE, count_inside, inside_of
from serving.routers.documented import answers, tabular
from serving.schemas.series import OccupancyAnswer
from serving.schemas.visitors import InsidePage

router = APIRouter(tags=["series"])


@tabular(router, "/occupancy", answers(OccupancyAnswer))
async def occupancy(
    request: Request,
    filters: FilterQuery,
    zone: ZoneQuery,
    granularity: Annotated[
        Granularity | None, Query(description=f"Length of a bucket. By default hour, {OR_COARSER}.")
    ] = None,
    group_by: Annotated[
        CameraOrSite,
        Query(
            description="A series for each camera or each site, where one person counts once, "
            "under however many cameras."
        ),
    ] = "camera",
) -> Response:
    """Visitors, average and peak occupancy of each camera or site, in whole buckets without gaps.

    Without from, series begin with the first event of the cameras; without to, they end with the
    bucket of the data clock.
    """
    async with published(request) as reading:
        chosen = await reading.fit(filters)
        plot = Plot.asked(OCCUPANCY, group_by, granularity, zone, chosen, reading.snapshot)
        points = await plot.points(reading.connection, reading.snapshot)
        reading.headers["Granularity"] = plot.granularity  # a file has no other place for it
        return reading.table(plot.types, points, next=None, granularity=plot.granularity)


@tabular(router, "/occupancy/current", answers(InsidePage))
async def current_occupancy(
    request: Request,
    filters: FilterQuery,
    asked: Annotated[PageRequest, Depends(page_of(INSIDE))],
) -> Response:
    """Who is inside as of the data clock: the sessions that are open, and counts of persons."""
    async with published(request) as reading:
        clock = asked.clock(reading.as_of)
        chosen = await reading.fit(filters, clock)
        summary = await count_inside(reading.connection, chosen, clock)
        return await reading.page(asked, inside_of(chosen, clock), clock, summary=summary)
