"""Cameras, sites and persons."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from serving.answering.answers import published
from serving.answering.pages import paged
from serving.any_text import PERSON_ID
from serving.errors import ProblemError, echo
from serving.filters import FilterQuery
from serving.numbers import PlainNumber
from serving.pagination import PageRequest, page_of
from serving.queries.dimensions import (
    CAMERAS,
    PERSONS,
    SITES,
    cameras_of,
    persons_of,
    sites_of,
)
from serving.queries.persons import PERSON, read_person
from serving.routers.documented import NOT_FOUND, answers, as_tables, tabular
from serving.schemas.dimensions import CameraPage, PersonAnswer, PersonPage, SitePage

router = APIRouter(tags=["dimensions"])


@tabular(router, "/cameras", answers(CameraPage))
async def cameras(
    request: Request,
    filters: FilterQuery,
    asked: Annotated[PageRequest, Depends(page_of(CAMERAS))],
) -> Response:
    """Cameras; a filter on time, person or session leaves those with a fitting event."""
    return await paged(request, filters, asked, cameras_of)


@tabular(router, "/sites", answers(SitePage))
async def sites(
    request: Request,
    filters: FilterQuery,
    asked: Annotated[PageRequest, Depends(page_of(SITES))],
) -> Response:
    """Sites; filters on cameras leave those that have one, others those with a fitting event."""
    return await paged(request, filters, asked, sites_of)


@tabular(router, "/persons", answers(PersonPage))
async def persons(
    request: Request,
    filters: FilterQuery,
    asked: Annotated[PageRequest, Depends(page_of(PERSONS))],
) -> Response:
    """Persons and what is known of them over all time; filters leave those with a fitting event."""
    return await paged(request, filters, asked, persons_of)


# An id is any text, and may end as a file does: for a file there is `Accept` alone.
@router.get(f"/persons/{PERSON_ID}", responses=as_tables({**answers(PersonAnswer), **NOT_FOUND}))
async def person(
    request: Request,
    person_id: Annotated[str, Path(description="The person.", examples=["P-0042"])],
    limit: Annotated[
        int,
        Query(ge=1, le=1000, description="Most visits, and most sessions, that are shown."),
        PlainNumber,
    ] = 100,
) -> Response:
    """One person with the latest visits and sessions.

    /v1/visits and /v1/sessions with person_id= have all of them, page by page.
    """
    async with published(request) as reading:
        found = None
        if "\x00" not in person_id:
            found = await read_person(reading.connection, person_id, limit)
        if found is None:
            detail = f"There is no person {echo(person_id)}; /v1/persons lists who there is."
            raise ProblemError(404, detail)
        return reading.single(PERSON, found)
