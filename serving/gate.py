"""What stands around every request: its id, who may ask, what is written down about it."""

import time
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.audit import Asked, Audit, shortened
from serving.auth import GUARDED, Access
from serving.errors import Problem
from serving.exchange import Exchange, exchange_of


class Gate:
    """ASGI middleware in front of everything: lets a request pass or tells it why not."""

    def __init__(self, app: ASGIApp, access: Access, audit: Audit) -> None:
        self._app = app
        self._access = access
        self._audit = audit

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
        try:
            self._audit.require_room()
            key = await self._access.key_of(scope)
        except Problem as problem:
            await problem.response(Request(scope))(scope, receive, send)
            return
        exchange.key_id = key.key_id if key else None
        await self._app(scope, receive, send)


def _asked(
    scope: Scope, exchange: Exchange, asked_at: datetime, status: int, seconds: float
) -> Asked:
    client = scope.get("client")
    path = scope.get("raw_path") or scope["path"].encode()
    return Asked(
        asked_at=asked_at,
        request_id=exchange.request_id,
        key_id=exchange.key_id,
        address=client[0] if client else "",
        method=scope["method"],
        path=shortened(path),
        query=shortened(scope["query_string"]),
        status=status,
        rows_sent=exchange.rows,
        seconds=seconds,
    )
