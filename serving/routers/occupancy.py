"""Series of how many were present."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from serving.answers import published
from serving.chosen import Chosen
from serving.errors import invalid
from serving.filters import FilterQuery, chosen_cameras
from serving.queries.occupancy import Granularity, read_occupancy
from serving.routers.documented import answers
from serving.schemas.series import OccupancyAnswer
from serving.series import points
from serving.windows import windows_of

router = APIRouter(tags=["series"])


@router.get("/occupancy", responses=answers(OccupancyAnswer))
async def occupancy(
    request: Request,
    filters: FilterQuery,
    granularity: Annotated[Granularity, Query(description="Length of a bucket.")] = "hour",
) -> Response:
    """Visitors, average and peak occupancy of each camera, in whole buckets without gaps.

    Without from, series begin with the first event of the cameras; without to, they end with the
    bucket of the data clock.
    """
    _refuse_what_buckets_do_not_know(filters.asked)
    async with published(request) as reading:
        chosen = await reading.fit(filters)
        cameras = chosen_cameras(chosen, reading.snapshot)
        windows = windows_of(chosen, cameras, reading.snapshot, granularity)
        stored = await read_occupancy(
            reading.connection, granularity, [camera.camera_id for camera in cameras],
            [edge for window in windows.values() for edge in window.edges],
        )  # fmt: skip
        data = [
            point
            for camera in cameras
            if camera.site_id in windows
            for point in points(camera, windows[camera.site_id], stored.get(camera.camera_id, {}))
        ]
        return reading.answer(data, next=None)


def _refuse_what_buckets_do_not_know(asked: Chosen) -> None:
    asked_for = {
        "person_id": asked.person_ids,
        "status": asked.statuses,
        "min_dwell": asked.min_dwell is not None,
        "max_dwell": asked.max_dwell is not None,
    }
    for name, is_asked in asked_for.items():
        if is_asked:
            detail = f"{name} cannot narrow an occupancy series, which counts everyone present."
            raise invalid(name, detail)
