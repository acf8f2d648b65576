"""Answers from memory, in front of all parsing: one for each data version and query.

An answer is made once, however many ask for it at the same time, and never outlives its version.
"""

import asyncio
import hashlib
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.answering.answers import SHAPE, is_known, tag_of
from serving.answering.versions import Versions
from serving.documented_routes import DocumentedRoutes
from serving.errors import ProblemError
from serving.exchange import exchange_of
from serving.front.kept_answers import KeptAnswer, KeptAnswers
from serving.front.redis_store import SharedAnswers
from serving.parameters import in_one_order
from serving.queries.published import Version

# A larger answer is an export: it streams, and is not kept.
MOST_ANSWER_BYTES = 1024 * 1024
LONGEST_REMEMBERED = 1024
OF_NOT_MODIFIED = (b"etag", b"cache-control", b"vary")


class AnswerCache:
    """ASGI middleware that answers from what is kept, and keeps what is answered."""

    def __init__(
        self, app: ASGIApp, routes: DocumentedRoutes, versions: Versions, answers: KeptAnswers,
        shared: SharedAnswers | None = None,
    ) -> None:  # fmt: skip
        self._app = app
        self._routes = routes
        self._versions = versions
        self._answers = answers
        self._shared = shared
        self._version: Version | None = None
        self._prefix = ""
        self._flights: dict[str, asyncio.Future[KeptAnswer | None]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from what is kept, or pass on."""
        if not self._may_answer(scope):
            await self._app(scope, receive, send)
            return
        try:
            version = await self._versions.latest()
        except ProblemError as problem:
            await problem.response(Request(scope))(scope, receive, send)
            return
        if version is None:
            await self._app(scope, receive, send)
            return
        exchange = exchange_of(scope)
        exchange.version = version
        key = self._key(version, scope)
        kept = self._answers.get(key)
        exchange.is_kept = kept is not None
        if kept is None and not self._is_known(scope, version):
            kept = await self._made(key, scope, receive, send)
        elif kept is None:
            await self._app(scope, receive, send)
        if kept is not None:
            exchange.rows = kept.rows
            await _send(kept, scope, send)

    def _may_answer(self, scope: Scope) -> bool:
        if scope["type"] != "http" or scope["method"] != "GET":
            return False
        route = self._routes.of(scope["path"])
        return route is not None and route.is_kept

    def _is_known(self, scope: Scope, version: Version) -> bool:
        """Tell whether the client has this answer: no answer is made then that others could use."""
        known = _known_tags(scope)
        return bool(known) and is_known(tag_of(Request(scope), version), known)

    def _key(self, version: Version, scope: Scope) -> str:
        if version != self._version:
            self._answers.clear()
            self._version = version
            self._prefix = f"{version.number} {version.published_at}"
        query, accept = scope["query_string"], _accept(scope)
        short = len(query) + len(accept) <= LONGEST_REMEMBERED
        asked = (_remembered_asked if short else _asked)(query, accept)
        return f"{self._prefix} {scope['path']}?{asked}"

    async def _made(
        self, key: str, scope: Scope, receive: Receive, send: Send
    ) -> KeptAnswer | None:
        """Give the answer, made once for all who wait for it; None if it is sent already."""
        flight = self._flights.get(key)
        if flight is None:
            return await self._lead(key, scope, receive, send)
        # Whoever goes away must not take the answer from the others.
        kept = await asyncio.shield(flight)
        if kept is None:
            await self._app(scope, receive, send)
        return kept

    async def _lead(
        self, key: str, scope: Scope, receive: Receive, send: Send
    ) -> KeptAnswer | None:
        flight = self._flights[key] = asyncio.get_running_loop().create_future()
        capture = Capture(send, flight)
        kept: KeptAnswer | None = None
        try:
            kept = await self._shared.get(_digest(key)) if self._shared else None
            if kept is None:
                kept = await self._new(scope, receive, capture)
            elif kept.may_be_kept:
                self._answers.put(key, kept)
        finally:
            del self._flights[key]
            if not flight.done():
                flight.set_result(kept)
        return kept

    async def _new(
        self, scope: Scope, receive: Receive, capture: "Capture"
    ) -> KeptAnswer | None:  # fmt: skip
        """Have the answer made; keep it for the version that it is of, which may be a newer one."""
        await self._app(scope, receive, capture)
        exchange = exchange_of(scope)
        kept = capture.answer(exchange.rows)
        if kept is not None and kept.may_be_kept and exchange.version is not None:
            key = self._key(exchange.version, scope)
            self._answers.put(key, kept)
            if self._shared:
                await self._shared.put(_digest(key), kept)
        return kept


class Capture:
    """Holds an answer back until it is whole; one that becomes too large for that flows on."""

    def __init__(self, send: Send, flight: asyncio.Future[KeptAnswer | None]) -> None:
        self._send = send
        self._flight = flight
        self._held: list[Message] = []
        self._size = 0
        self._flows = False
        self._is_whole = False

    async def __call__(self, message: Message) -> None:
        """Take a message of the answer."""
        if self._flows:
            await self._send(message)
            return
        self._held.append(message)
        self._size += len(message.get("body", b""))
        if self._size > MOST_ANSWER_BYTES:
            self._flows = True
            # Those who wait for the same go their own way from here.
            self._flight.set_result(None)
            for held in self._held:
                await self._send(held)
            self._held.clear()
        elif message["type"] == "http.response.body":
            self._is_whole = not message.get("more_body", False)

    def answer(self, rows: int) -> KeptAnswer | None:
        """Give the whole answer; None where it has flowed or never came to its end."""
        if self._flows or not self._is_whole:
            return None
        start, *bodies = self._held
        headers = tuple((bytes(name), bytes(value)) for name, value in start["headers"])
        body = b"".join(message.get("body", b"") for message in bodies)
        return KeptAnswer(start["status"], headers, body, rows)


async def _send(kept: KeptAnswer, scope: Scope, send: Send) -> None:
    status, headers, body = kept.status, kept.headers, kept.body
    known = _known_tags(scope)
    if known and kept.may_be_kept and is_known(kept.tag, known, is_made=True):
        headers = tuple(pair for pair in headers if pair[0] in OF_NOT_MODIFIED)
        status, body = 304, b""
    await send({"type": "http.response.start", "status": status, "headers": list(headers)})
    await send({"type": "http.response.body", "body": body})


def _known_tags(scope: Scope) -> list[str]:
    return [value.decode("latin-1") for name, value in scope["headers"] if name == b"if-none-match"]


def _accept(scope: Scope) -> bytes:
    accept = b",".join(value for name, value in scope["headers"] if name == b"accept")
    return b"" if accept == b"*/*" else accept


def _asked(query: bytes, accept: bytes) -> str:
    """Give one spelling of what was asked, whatever its order; and in which format."""
    # Not even repetitions are dropped: some of them are refused.
    pairs = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    return f"{urlencode(in_one_order(pairs))} {accept.decode('latin-1')}"


_remembered_asked = lru_cache(maxsize=4096)(_asked)


def _digest(key: str) -> str:
    return hashlib.blake2b(f"{SHAPE} {key}".encode(), digest_size=16).hexdigest()
