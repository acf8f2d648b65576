"""Range metrics."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from serving.answers import published
from serving.filters import FilterQuery
from serving.queries.kpis import Metrics, read_kpis
from serving.routers.documented import answers
from serving.schemas.kpis import KpiAnswer

router = APIRouter(tags=["statistics"])


@router.get("/kpis", responses=answers(KpiAnswer))
async def kpis(
    request: Request,
    filters: FilterQuery,
    compare: Annotated[
        Literal["previous"] | None,
        Query(description="Adds the range of the same length before, and the change."),
    ] = None,
) -> Response:
    """Events, visitors, dwell and repeat visitors of a range."""
    async with published(request) as reading:
        now = await read_kpis(reading.connection, reading.split(await reading.fit(filters)))
        if not compare:
            return reading.answer(now)
        chosen, earlier = await reading.fit_previous(filters)
        before = await read_kpis(reading.connection, reading.split(chosen))
        previous = {"from": earlier.start, "to": earlier.end, **before}
        return reading.answer({**now, "previous": previous, "change": _changes(now, before)})


def _changes(now: Metrics, before: Metrics) -> dict[str, Metrics]:
    changes: dict[str, Metrics] = {}
    for name, new in now.items():
        old = before[name]
        absolute = None if new is None or old is None else new - old
        relative = absolute / old if absolute is not None and old else None
        changes[name] = {"absolute": absolute, "relative": relative}
    return changes
