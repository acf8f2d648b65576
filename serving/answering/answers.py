"""Answers from the database, and the validators that spare asking twice."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from fastapi import FastAPI, Request, Response

from serving.answering.encoders import encoder
from serving.answering.exports import Export, Exports, counted, exported, is_long
from serving.answering.formats import MEDIA_TYPES, Format, accepted_format, asked_format
from serving.answering.responder import Responder
from serving.answering.snapshot import Snapshot, Snapshots
from serving.answering.versions import Versions
from serving.calendar.ranges import Range
from serving.calendar.splitting import split_hours
from serving.chosen import Chosen
from serving.database import Database, unpublished
from serving.exchange import exchange_of
from serving.filters import Filters
from serving.pagination import PageRequest
from serving.parameters import canonical_query
from serving.queries.listing import Rows, count_rows, read_batches, read_page
from serving.queries.published import Version
from serving.queries.split_range import SplitRange
from serving.queries.statements import Connection

# Raised whenever the same data would be answered in another shape, so that no old copy is kept.
SHAPE = 4


@dataclass(frozen=True, kw_only=True)
class Reading(Responder):
    """A connection to answer from, which sees one state."""

    connection: Connection
    # What ends with the answer; an export takes it along and ends it later.
    held: AsyncExitStack

    async def page(
        self, asked: PageRequest, rows: Rows, clock: datetime | None = None, **more: object
    ) -> Response:
        """Give a page of a listing; in a format other than JSON all of it, unless limited."""
        count = await count_rows(self.connection, rows) if asked.wants_count else None
        if count is not None:
            self.headers["Total-Count"] = str(count)
            more["count"] = count
        form = asked_format(self.request)
        if form is not Format.JSON and asked.is_whole:
            return await self._export(form, asked, rows)
        found = await read_page(self.connection, asked.page, rows)
        return self.found(asked, found, clock, **more)

    async def _export(self, form: Format, asked: PageRequest, rows: Rows) -> Response:
        exports: Exports = self.request.app.state.exports
        scope, headers = self.request.scope, self.file_headers(form)
        batches = exports.admitted(read_batches(self.connection, asked.page, rows))
        writer = encoder(form, asked.page.types)
        parts = exported(writer, counted(batches, scope), self.held.pop_all())
        # What fails does so here, where it can still be told.
        first = await anext(parts)
        if is_long(exchange_of(scope).rows):
            return Export(first, parts, headers, MEDIA_TYPES[form])
        # It is whole: no connection waits for whoever reads it.
        rest = [part async for part in parts]
        return self._given(b"".join((first, *rest)), form, headers)


@dataclass(frozen=True, kw_only=True)
class Published(Reading):
    """A connection to answer from a data version, with what of it is in memory."""

    version: Version
    snapshot: Snapshot

    async def fit(self, filters: Filters, clock: datetime | None = None) -> Chosen:
        """Give the filters, checked; `last` counts back from `clock`, else the data clock."""
        if filters.asked.is_demographic:
            snapshots: Snapshots = self.request.app.state.snapshots
            known = await snapshots.demographics(self.snapshot, self.connection)
            filters.check_demographics(known)
        return filters.fit(self.snapshot, clock)

    async def fit_previous(
        self, filters: Filters, clock: datetime | None = None
    ) -> tuple[Chosen, Range] | None:
        """Give the same filters for the preceding range, and that range, if there is one."""
        return filters.fit_previous(self.snapshot, clock)

    def split(self, chosen: Chosen) -> SplitRange:
        """Split what is chosen into whole hours and a rest."""
        return split_hours(chosen, self.snapshot)


class NotModified(Exception):  # noqa: N818 - it is the good case
    """The client has this very answer already."""

    def __init__(self, headers: dict[str, str]) -> None:
        super().__init__("not modified")
        self.headers = headers


async def require_news(request: Request) -> tuple[Version, dict[str, str]]:
    """Give the latest version and the headers of its answer; raises NotModified if it is known."""
    versions: Versions = request.app.state.versions
    known = exchange_of(request.scope).version or await versions.latest()
    if known is None:
        raise unpublished()
    tag = tag_of(request, known)
    if is_known(tag, request.headers.getlist("if-none-match")):
        raise NotModified(_validators(tag))
    return known, _validators(tag)


@asynccontextmanager
async def published(request: Request) -> AsyncIterator[Published]:
    """Lend what answers from the latest data version; raises NotModified before data is read."""
    await require_news(request)
    async with _reading(request) as reading:
        # One may have been published since the latest was looked up.
        exchange_of(request.scope).version = reading.version
        reading.headers.update(_validators(tag_of(request, reading.version)))
        yield reading


@asynccontextmanager
async def live(request: Request) -> AsyncIterator[Published]:
    """Lend what answers from marts and from views that change between data versions, too.

    While a build goes on, they are as they were at its beginning.
    """
    versions: Versions = request.app.state.versions
    if await versions.latest() is None:  # there may be no tables yet
        raise unpublished()
    async with _reading(request) as reading:
        yield reading


@asynccontextmanager
async def _reading(request: Request) -> AsyncIterator[Published]:
    snapshots: Snapshots = request.app.state.snapshots
    database: Database = request.app.state.database
    async with AsyncExitStack() as held:
        connection, version = await held.enter_async_context(database.one_state())
        if version is None:
            raise unpublished()
        snapshot = await snapshots.of(version, connection)
        yield Published(
            request, version=version, connection=connection, snapshot=snapshot, held=held
        )


@asynccontextmanager
async def ledger(request: Request) -> AsyncIterator[Reading]:
    """Lend what answers from the ledger of loads, which is there before anything is built."""
    database: Database = request.app.state.database
    async with AsyncExitStack() as held:
        connection, version = await held.enter_async_context(database.ledger_state())
        yield Reading(request, version, connection=connection, held=held)


def _validators(tag: str) -> dict[str, str]:
    return {"ETag": tag, "Cache-Control": "no-cache", "Vary": "Accept"}


def install(app: FastAPI) -> None:
    """Make `app` answer 304 where a client is up to date."""

    async def on_not_modified(_: Request, error: Exception) -> Response:
        assert isinstance(error, NotModified)
        return Response(status_code=304, headers=error.headers)

    app.add_exception_handler(NotModified, on_not_modified)


def tag_of(request: Request, version: Version) -> str:
    """Give the ETag of the answer to `request` from `version`."""
    # A rebuilt database counts from 1 again; the time tells its versions apart.
    query = f"{request.scope['path']}?{canonical_query(request)}"
    asked = f"{SHAPE} {version.published_at} {accepted_format(request)} {query}"
    digest = hashlib.blake2b(asked.encode(), digest_size=9).hexdigest()
    return f'W/"{version.number}-{digest}"'


def is_known(tag: str, headers: list[str], *, is_made: bool = False) -> bool:
    """Tell whether the If-None-Match headers of a client name `tag`.

    A `*` names whatever there is: before the answer is made, nobody knows whether there is one.
    """
    given = {part.strip() for header in headers for part in header.split(",")}
    return bool(given & {tag, tag.removeprefix("W/")}) or (is_made and "*" in given)
