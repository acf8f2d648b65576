"""Range metrics."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from serving.answering.answers import Published, published
from serving.answering.range_metrics import range_metrics
from serving.calendar.ranges import Range
from serving.errors import invalid
from serving.filters import FilterQuery, Filters
from serving.queries.kpis import METRICS, MetricValues
from serving.queries.listing import Type
from serving.routers.documented import answers, tabular
from serving.schemas.kpis import Change, KpiAnswer

router = APIRouter(tags=["statistics"])
COMPARED: dict[str, Type] = {
    **METRICS,
    "previous_from": "text",
    "previous_to": "text",
    **{f"previous_{name}": type_ for name, type_ in METRICS.items()},
    **{
        f"change_{name}_{how}": "double precision"
        for name in METRICS
        for how in Change.model_fields
    },
}


@tabular(router, "/kpis", answers(KpiAnswer))
async def kpis(
    request: Request,
    filters: FilterQuery,
    compare: Annotated[
        Literal["previous"] | None,
        Query(description="Adds the range of the same length before, and the change."),
    ] = None,
) -> Response:
    """Events, visitors, dwell and repeat visitors of a range.

    As a file it is one row, with the members of previous and change as columns.
    """
    async with published(request) as reading:
        now = await range_metrics(reading, await reading.fit(filters))
        if not compare:
            return reading.single(METRICS, now)
        earlier, before = await _before(reading, filters, now)
        previous = {"from": earlier.start, "to": earlier.end, **before}
        compared = {**now, "previous": previous, "change": _changes(now, before)}
        return reading.single(COMPARED, compared)


async def _before(
    reading: Published, filters: Filters, now: MetricValues
) -> tuple[Range, MetricValues]:
    """Give the range before and its metrics; raises a 422 where there is none."""
    if filters.last and reading.as_of is None:
        # Without any event there is nothing that last could count back from, then as now.
        return Range(), now
    fitted = await reading.fit_previous(filters)
    if fitted is None:
        raise invalid("compare", filters.range_at(reading.as_of).why_no_previous)
    chosen, earlier = fitted
    return earlier, await range_metrics(reading, chosen)


def _changes(now: MetricValues, before: MetricValues) -> dict[str, MetricValues]:
    changes: dict[str, MetricValues] = {}
    for name, new in now.items():
        old = before[name]
        absolute = None if new is None or old is None else new - old
        relative = absolute / old if absolute is not None and old else None
        changes[name] = {"absolute": absolute, "relative": relative}
    return changes
