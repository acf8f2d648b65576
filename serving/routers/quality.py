"""How good the data is that came in."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from serving.answering.answers import live
from serving.answering.formats import Format, asked_format
from serving.calendar.windows import whole_days
from serving.filters import PlaceQuery
from serving.numbers import PlainNumber
from serving.queries.quality import PAIRING, read_load_quality, read_pairing
from serving.routers.documented import live_answers, tabular
from serving.schemas.quality import QualityAnswer

router = APIRouter(tags=["quality"])


@tabular(router, "/quality", live_answers(QualityAnswer))
async def quality(
    request: Request,
    filters: PlaceQuery,
    limit: Annotated[
        int, Query(ge=1, le=1000, description="Most loads that are shown."), PlainNumber
    ] = 100,
) -> Response:
    """How well entries and exits fit together, by camera and in all; and what loads refused.

    Cameras are told of whole days; the latest loads are shown, whatever days they brought. As a
    file it is a row for each camera; /v1/marts/quality_loads has the loads.
    """
    async with live(request) as reading:
        chosen = whole_days(filters.fit(reading.snapshot), reading.snapshot)
        total, cameras = await read_pairing(reading.connection, chosen)
        if asked_format(request) is not Format.JSON:
            return reading.records(PAIRING, cameras)
        loads = await read_load_quality(reading.connection, limit)
        return reading.answer({"total": total, "cameras": cameras, "loads": loads})
