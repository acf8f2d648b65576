"""What stands around every request: its id, who may ask, what is written down about it."""

import time
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.audit import Asked, Audit, shortened
from serving.auth import GUARDED, Access
from serving.errors import Problem
from serving.exchange import Exchange, exchange_of
from serving.limits import Progress, require_small
from serving.rates import Rates


class Gate:
    """ASGI middleware in front of everything: lets a request pass or tells it why not."""

    def __init__(
        self, app: ASGIApp, access: Access, rates: Rates, audit: Audit, patience_seconds: float
    ) -> None:  # fmt: skip
        self._app = app
        self._access = access
        self._rates = rates
        self._audit = audit
        self._patience_seconds = patience_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and take note of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = exchange_of(scope)
        asked_at, began_at, status = datetime.now(UTC), time.perf_counter(), 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                identity = (b"x-request-id", exchange.request_id.encode("ascii"))
                message = {**message, "headers": [*message["headers"], identity]}
            await send(message)

        try:
            await self._pass(scope, receive, send_with_id, exchange)
        finally:
            if scope["path"].startswith(GUARDED):
                seconds = time.perf_counter() - began_at
                self._audit.record(_asked(scope, exchange, asked_at, status, seconds))

    async def _pass(
        self, scope: Scope, receive: Receive, send: Send, exchange: Exchange
    ) -> None:  # fmt: skip
        progress = Progress(self._patience_seconds, receive, send)
        try:
            require_small(scope)
            async with progress.watched():
                await self._check(scope, exchange)
                await self._app(scope, progress.receive, progress.send)
        except Problem as problem:
            await problem.response(Request(scope))(scope, receive, send)

    async def _check(self, scope: Scope, exchange: Exchange) -> None:
        """Let a request pass; raises the Problem that it is answered with otherwise."""
        if not scope["path"].startswith(GUARDED):
            return
        self._audit.require_room()
        await self._rates.count_address(address_of(scope))
        key = await self._access.key_of(scope)
        exchange.key_id = key.key_id if key else None
        await self._rates.count_key(key)


def address_of(scope: Scope) -> str:
    """Give the address that a request comes from, which a trusted proxy may have told."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def _asked(
    scope: Scope, exchange: Exchange, asked_at: datetime, status: int, seconds: float
) -> Asked:
    path = scope.get("raw_path") or scope["path"].encode()
    return Asked(
        asked_at=asked_at,
        request_id=exchange.request_id,
        key_id=exchange.key_id,
        address=address_of(scope),
        method=scope["method"],
        path=shortened(path),
        query=shortened(scope["query_string"]),
        status=status,
        rows_sent=exchange.rows,
        seconds=seconds,
    )
