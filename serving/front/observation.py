"""Takes note of each request: its id, the record of who asked, what is measured, the log."""

import logging
import time
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.auth import GUARDED
from serving.documented_routes import DocumentedRoutes
from serving.errors import unexpected
from serving.exchange import CURRENT, Exchange, address_of, exchange_of
from serving.front.audit import Asked, Audit, shortened
from serving.front.metrics import Metrics

# What became of a request whose client went away before its answer began.
CLIENT_GONE = 499
NOT_MODIFIED = 304

log = logging.getLogger("dwellhouse.api")


class Observed:
    """ASGI middleware around everything, also around what fails."""

    def __init__(
        self, app: ASGIApp, routes: DocumentedRoutes, audit: Audit, metrics: Metrics, *,
        logs_requests: bool,
    ) -> None:  # fmt: skip
        self._app = app
        self._routes = routes
        self._audit = audit
        self._metrics = metrics
        self._logs_requests = logs_requests

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, and take note of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = exchange_of(scope)
        CURRENT.set(exchange)
        asked_at, began_at, status = datetime.now(UTC), time.perf_counter(), 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                identity = (b"x-request-id", exchange.request_id.encode("ascii"))
                message = {**message, "headers": [*message["headers"], identity]}
            await send(message)

        try:
            await self._app(scope, receive, send_with_id)
        except Exception:
            log.exception("Unexpected failure at %s", scope["path"])
            if not status:
                await unexpected().response(Request(scope))(scope, receive, send_with_id)
        finally:
            seconds = time.perf_counter() - began_at
            asked = _asked(scope, exchange, asked_at, status or CLIENT_GONE, seconds)
            self._take_note(scope, asked, exchange)

    def _take_note(self, scope: Scope, asked: Asked, exchange: Exchange) -> None:
        if scope["path"].startswith(GUARDED):
            self._audit.record(asked)
        route = self._routes.of(scope["path"])
        self._metrics.observe(asked, route.path if route else None, is_kept=exchange.is_kept)
        if self._logs_requests:
            # Without the query, which may name persons; the record of requests has it.
            seen = {"method": asked.method, "path": asked.path, "address": asked.address,
                    "status": asked.status, "rows": asked.rows_sent,
                    "seconds": round(asked.seconds, 4)}  # fmt: skip
            log.info("request", extra=seen)


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
        rows_sent=0 if status == NOT_MODIFIED or scope["method"] == "HEAD" else exchange.rows,
        seconds=seconds,
    )
