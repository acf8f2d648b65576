"""Pages of what filters choose: by one statement, while the version that is known is the latest."""

from collections.abc import Callable

from fastapi import Request, Response

from serving.answering.answers import published, require_news
from serving.answering.formats import Format, asked_format
from serving.answering.responder import Responder
from serving.answering.snapshot import Snapshot, Snapshots
from serving.calendar.splitting import split_days
from serving.chosen import Chosen
from serving.database import Database
from serving.errors import ProblemError
from serving.exchange import exchange_of
from serving.filters import Filters
from serving.pagination import PageRequest
from serving.queries.listing import Rows, read_page
from serving.queries.split_range import SplitRange

RowsOf = Callable[[Chosen, Snapshot], Rows]


async def paged(
    request: Request, filters: Filters, asked: PageRequest, rows_of: Callable[[Chosen], Rows]
) -> Response:
    """Give the page that is asked for; raises NotModified before data is read."""
    return await _paged(request, filters, asked, lambda chosen, _: rows_of(chosen))


async def paged_in_days(
    request: Request, filters: Filters, asked: PageRequest, rows_of: Callable[[SplitRange], Rows]
) -> Response:
    """Give a page of what is told by whole days and a rest; raises NotModified likewise."""
    return await _paged(
        request, filters, asked, lambda chosen, snapshot: rows_of(split_days(chosen, snapshot))
    )


async def _paged(
    request: Request, filters: Filters, asked: PageRequest, rows_of: RowsOf
) -> Response:
    snapshots: Snapshots = request.app.state.snapshots
    known, headers = await require_news(request)
    snapshot = snapshots.latest
    is_at_once = _is_simple(request, filters, asked)
    if snapshot is not None and snapshot.version == known and is_at_once:
        responder = Responder(request, known, headers)
        answer = await _at_once(responder, filters, asked, rows_of, snapshot)
        if answer is not None:
            return answer
    async with published(request) as reading:
        clock = asked.clock(reading.as_of)
        rows = rows_of(await reading.fit(filters, clock), reading.snapshot)
        return await reading.page(asked, rows, clock)


def _is_simple(request: Request, filters: Filters, asked: PageRequest) -> bool:
    """Tell whether one statement is enough: no count, no export, nothing to look up before."""
    is_export = asked.is_whole and asked_format(request) is not Format.JSON
    return not (asked.wants_count or is_export or filters.asked.is_demographic)


async def _at_once(
    responder: Responder, filters: Filters, asked: PageRequest, rows_of: RowsOf, snapshot: Snapshot
) -> Response | None:
    """Give the page; None where a newer version than that of the filters is published."""
    database: Database = responder.request.app.state.database
    clock = asked.clock(snapshot.as_of)
    try:
        rows = rows_of(filters.fit(snapshot, clock), snapshot)
    except ProblemError:
        return None  # a newer version may know what is refused here
    found = await database.asked(lambda connection: read_page(connection, asked.page, rows))
    if found.version != snapshot.version:
        return None
    exchange_of(responder.request.scope).version = snapshot.version
    return responder.found(asked, found, clock)
