"""What there is to read, and any of it as a list."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response

from serving.answering.answers import live, published
from serving.errors import ProblemError, echo, hint, nearest
from serving.filters import FilterQuery
from serving.marts import mart_rows
from serving.pagination import ListQuery, listed
from serving.queries.catalog import CATALOG, LIVE, read_catalog
from serving.routers.documented import NOT_FOUND, answers, tabular
from serving.schemas.marts import MartList, MartPage

router = APIRouter(tags=["marts"])
ITS_OWN = ["the columns of the mart, which /v1/marts tells"]


@tabular(router, "/marts", answers(MartList))
async def marts(request: Request) -> Response:
    """Every table and view, with the descriptions, types and units of its columns, and its tests.

    A data version is published once all tests of its build have passed. What only other models can
    break is tested when models have changed.
    """
    async with published(request) as reading:
        catalog = await read_catalog(reading.connection)
        data = [
            {
                **{name: value for name, value in vars(mart).items() if name != "columns"},
                "grain": mart.grain,
                "columns": [{**vars(one), "unit": one.unit} for one in mart.columns],
            }
            for mart in catalog.values()
        ]
        return reading.records(CATALOG, data, next=None)


@tabular(router, "/marts/{name}", {**answers(MartPage), **NOT_FOUND})
async def mart(
    request: Request,
    filters: FilterQuery,
    name: Annotated[str, Path(description="The mart.", examples=["agg_camera_hourly"])],
    query: Annotated[
        ListQuery,
        Depends(
            listed(
                ITS_OWN,
                ITS_OWN,
                "its grain",
                sort_example="-visitors",
                fields_example="camera_id,bucket_start,visitors",
            )
        ),
    ],
) -> Response:
    """Rows of any mart; a filter that it has no column for is refused."""
    context = live if name in LIVE else published
    async with context(request) as reading:
        catalog = await read_catalog(reading.connection)
        if name not in catalog:
            near = nearest(name, catalog)
            raise ProblemError(404, f"There is no mart {echo(name)}{hint(near, catalog)}")
        asked = query.of(catalog[name].listing)
        clock = asked.clock(reading.as_of)
        rows = mart_rows(catalog[name], await reading.fit(filters, clock), filters.of_time)
        return await reading.page(asked, rows, clock)
