"""Answers: the body around the data, and the validators that spare asking twice."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime

import orjson
from fastapi import FastAPI, Request, Response

from serving.cursors import Cursor, encode
from serving.database import Database, unpublished
from serving.exchange import exchange_of
from serving.pagination import PageRequest
from serving.parameters import canonical_query
from serving.queries.listing import Where, count_rows, read_page
from serving.queries.published import Version, latest_version
from serving.queries.statements import Connection
from serving.snapshot import Snapshot, Snapshots
from serving.versions import Versions

# Raised whenever the same data would be answered in another shape, so that no old copy is kept.
SHAPE = 1


@dataclass(frozen=True)
class Live:
    """A connection to answer from, whatever is published; its answers are not to be kept."""

    request: Request
    connection: Connection
    version: Version | None
    as_of: datetime | None
    headers: dict[str, str] = field(default_factory=lambda: {"Cache-Control": "no-store"})

    def answer(self, data: object, **more: object) -> Response:
        """Give `data` in its envelope."""
        exchange_of(self.request.scope).rows = len(data) if isinstance(data, list) else 1
        return self._answer(orjson.dumps(data), more)

    async def page(
        self, asked: PageRequest, where: Where, clock: datetime | None = None
    ) -> Response:
        """Give a page of a listing, as JSON that Postgres has built."""
        rows, last = await read_page(self.connection, asked.page, where)
        exchange_of(self.request.scope).rows = len(rows)
        following = encode(Cursor(last, clock), asked.place) if last else None
        more: dict[str, object] = {"next": following}
        if asked.wants_count:
            more["count"] = await count_rows(self.connection, asked.page.listing, where)
        response = self._answer(f"[{','.join(rows)}]".encode(), more)
        if following:
            url = self.request.url.include_query_params(cursor=following)
            response.headers["Link"] = f'<{url.path}?{url.query}>; rel="next"'
        return response

    def _answer(self, data: bytes, more: dict[str, object]) -> Response:
        number = self.version.number if self.version else None
        rest = orjson.dumps({"data_version": number, "as_of": self.as_of} | more)
        body = b'{"data":' + data + b"," + rest[1:]
        return Response(body, 200, self.headers, "application/json")


@dataclass(frozen=True)
class Published(Live):
    """A connection to answer from a data version, with what of it is in memory."""

    snapshot: Snapshot = field(kw_only=True)


class NotModified(Exception):  # noqa: N818 - it is the good case
    """The client has this very answer already."""

    def __init__(self, headers: dict[str, str]) -> None:
        super().__init__("not modified")
        self.headers = headers


@asynccontextmanager
async def published(request: Request) -> AsyncIterator[Published]:
    """Lend what answers from the latest data version; raises NotModified before data is read."""
    database: Database = request.app.state.database
    snapshots: Snapshots = request.app.state.snapshots
    versions: Versions = request.app.state.versions
    version = exchange_of(request.scope).version or await versions.latest()
    if version is None:
        raise unpublished()
    tag = tag_of(request, version)
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if is_known(tag, request.headers.getlist("if-none-match")):
        raise NotModified(headers)
    async with database.connection() as connection:
        snapshot = await snapshots.of(version, connection)
        yield Published(request, connection, version, snapshot.as_of, headers, snapshot=snapshot)


@asynccontextmanager
async def live(request: Request) -> AsyncIterator[Live]:
    """Lend what answers from views that change between data versions."""
    database: Database = request.app.state.database
    snapshots: Snapshots = request.app.state.snapshots
    async with database.connection() as connection:
        version = await latest_version(connection)
        snapshot = await snapshots.of(version, connection) if version else None
        yield Live(request, connection, version, snapshot.as_of if snapshot else None)


def install(app: FastAPI) -> None:
    """Make `app` answer 304 where a client is up to date."""

    async def on_not_modified(_: Request, error: Exception) -> Response:
        assert isinstance(error, NotModified)
        return Response(status_code=304, headers=error.headers)

    app.add_exception_handler(NotModified, on_not_modified)


def tag_of(request: Request, version: Version) -> str:
    """Give the ETag of the answer to `request` from `version`."""
    # A rebuilt database counts from 1 again; the time tells its versions apart.
    asked = f"{SHAPE} {version.published_at} {request.url.path}?{canonical_query(request)}"
    digest = hashlib.blake2b(asked.encode(), digest_size=9).hexdigest()
    return f'W/"{version.number}-{digest}"'


def is_known(tag: str, headers: list[str]) -> bool:
    """Tell whether the If-None-Match headers of a client name `tag`."""
    given = {part.strip() for header in headers for part in header.split(",")}
    return bool(given & {"*", tag, tag.removeprefix("W/")})
