"""How long people stay."""

from functools import partial
from math import isinf
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import WithJsonSchema

from serving.answering.pages import paged_in_days
from serving.calendar.zones import ZoneQuery
from serving.errors import echo, invalid, unknown
from serving.filters import FilterQuery
from serving.pagination import ListQuery, PageRequest, listed, page_of
from serving.queries.dwell import COLUMNS, HISTOGRAM, dwell_listing, dwell_of, histogram_of
from serving.queries.groupings import GROUPINGS, Grouping
from serving.routers.documented import answers, tabular
from serving.schemas.dwell import DwellPage, HistogramPage

router = APIRouter(tags=["statistics"])
MOST_GROUPS = 2
MOST_BINS = 100
BINS = "60,300,600,1800,3600,7200,14400,28800"
GroupName = Annotated[str, WithJsonSchema({"type": "string", "enum": list(GROUPINGS)})]


async def read_groupings(
    group_by: Annotated[
        tuple[GroupName, ...],
        Query(
            description="One or two of the words; two by comma, or repeated. hour, day and week "
            "are of the calendar; hour_of_day is 0 to 23, weekday 1 (Monday) to 7.",
            examples=[["camera"], ["site", "weekday"]],
        ),
    ] = ("camera",),
) -> tuple[Grouping, ...]:
    """Read what to group by; raises a 422 for more than two, and for what there is not."""
    names = dict.fromkeys(name.strip() for text in group_by for name in text.split(","))
    known: dict[str, Grouping] = {name: name for name in GROUPINGS}
    for name in names:
        if name not in known:
            raise unknown("group_by", name, known)
    if len(names) > MOST_GROUPS:
        raise invalid("group_by", f"group_by takes {MOST_GROUPS} words at most.")
    return tuple(known[name] for name in names)


async def read_edges(
    bins: Annotated[
        str,
        Query(
            description="Where a bin ends and the next begins: seconds, ascending, by comma.",
            pattern=r"^\s*[0-9.]+\s*(,\s*[0-9.]+\s*)*$",
        ),
    ] = BINS,
) -> tuple[float, ...]:
    """Read the edges of a histogram, which begins at 0."""
    try:
        edges = [float(text) for text in bins.split(",")]
    except ValueError:
        detail = f"bins is {echo(bins)}: write seconds by comma, such as {BINS}."
        raise invalid("bins", detail) from None
    if len(edges) > MOST_BINS or sorted(set(edges)) != edges or isinf(edges[-1]):
        raise invalid("bins", f"bins takes ascending seconds, {MOST_BINS} at most.")
    return tuple(edges if edges[0] == 0 else [0.0, *edges])


@tabular(router, "/dwell", answers(DwellPage))
async def dwell(
    request: Request,
    filters: FilterQuery,
    zone: ZoneQuery,
    groupings: Annotated[tuple[Grouping, ...], Depends(read_groupings)],
    query: Annotated[
        ListQuery,
        Depends(
            listed(
                COLUMNS,
                COLUMNS,
                "the groups",
                sort_example="-closed_sessions",
                fields_example="camera_id,closed_sessions,median_dwell_seconds",
            )
        ),
    ],
) -> Response:
    """Dwell statistics over the closed sessions that were entered in the range, by group."""
    asked = query.of(dwell_listing(groupings))
    rows_of = partial(
        dwell_of, groupings=groupings, zone=zone.key if zone else None, page=asked.page
    )
    return await paged_in_days(request, filters, asked, rows_of)


@tabular(router, "/dwell/histogram", answers(HistogramPage))
async def dwell_histogram(
    request: Request,
    filters: FilterQuery,
    edges: Annotated[tuple[float, ...], Depends(read_edges)],
    asked: Annotated[PageRequest, Depends(page_of(HISTOGRAM))],
) -> Response:
    """How many of the closed sessions lasted how long; a bin holds its lower edge."""
    return await paged_in_days(request, filters, asked, partial(histogram_of, edges=edges))
