"""Cameras."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from serving.answers import published
from serving.filters import FilterQuery
from serving.pagination import PageRequest, page_of
from serving.queries.conditions import camera_conditions
from serving.queries.dimensions import CAMERAS
from serving.routers.documented import answers
from serving.schemas.dimensions import CameraPage

router = APIRouter(tags=["dimensions"])


@router.get("/cameras", responses=answers(CameraPage))
async def cameras(
    request: Request,
    filters: FilterQuery,
    asked: Annotated[PageRequest, Depends(page_of(CAMERAS))],
) -> Response:
    """Cameras; a filter on time, person or session leaves those with a fitting event."""
    async with published(request) as reading:
        clock = asked.clock(reading.as_of)
        chosen = filters.fit(reading.snapshot, clock)
        return await reading.page(asked, partial(camera_conditions, chosen), clock)
