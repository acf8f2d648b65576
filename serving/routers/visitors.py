"""Who came: new and returning, again and again, of which age and gender."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from serving.answering.answers import published
from serving.answering.range_metrics import range_metrics
from serving.calendar.plotting import OR_COARSER, Plot
from serving.calendar.zones import ZoneQuery
from serving.choices import Granularity
from serving.filters import FilterQuery
from serving.pagination import PageRequest, page_of
from serving.queries.series import VISITORS
from serving.queries.visitors import (
    DEMOGRAPHICS,
    REPEAT_VISITORS,
    demographics_of,
    repeat_visitors_of,
)
from serving.routers.documented import answers, tabular
from serving.schemas.series import VisitorsAnswer
from serving.schemas.visitors import DemographicsPage, RepeatVisitorPage

router = APIRouter(tags=["statistics"])
SUMMARY = ("unique_visitors", "repeat_visitors", "repeat_rate")


@tabular(router, "/visitors", answers(VisitorsAnswer))
async def visitors(
    request: Request,
    filters: FilterQuery,
    zone: ZoneQuery,
    granularity: Annotated[
        Granularity | None, Query(description=f"Length of a bucket. By default day, {OR_COARSER}.")
    ] = None,
) -> Response:
    """Visitors of each site, new and returning, in whole buckets without gaps.

    Whoever has the first event ever at the site in the bucket is new, all others return.
    """
    async with published(request) as reading:
        chosen = await reading.fit(filters)
        plot = Plot.asked(VISITORS, "site", granularity, zone, chosen, reading.snapshot)
        points = await plot.points(reading.connection, reading.snapshot)
        reading.headers["Granularity"] = plot.granularity  # a file has no other place for it
        return reading.table(plot.types, points, next=None, granularity=plot.granularity)


@tabular(router, "/visitors/repeat", answers(RepeatVisitorPage))
async def repeat_visitors(
    request: Request,
    filters: FilterQuery,
    asked: Annotated[PageRequest, Depends(page_of(REPEAT_VISITORS))],
) -> Response:
    """Persons with events on two or more days of the site, those with most days first."""
    async with published(request) as reading:
        clock = asked.clock(reading.as_of)
        chosen = await reading.fit(filters, clock)
        metrics = await range_metrics(reading, chosen)
        summary = {name: metrics[name] for name in SUMMARY}
        return await reading.page(asked, repeat_visitors_of(chosen), clock, summary=summary)


@tabular(router, "/demographics", answers(DemographicsPage))
async def demographics(
    request: Request,
    filters: FilterQuery,
    asked: Annotated[PageRequest, Depends(page_of(DEMOGRAPHICS))],
) -> Response:
    """Visitors and dwell by age group and gender; whoever told neither is unknown."""
    async with published(request) as reading:
        clock = asked.clock(reading.as_of)
        split = reading.split(await reading.fit(filters, clock))
        return await reading.page(asked, demographics_of(split), clock)
