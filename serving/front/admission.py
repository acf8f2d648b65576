"""Lets a request pass or tells it why not: sizes, rates, keys; and minds that it gets on."""

from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from serving.auth import GUARDED, Access
from serving.errors import ProblemError
from serving.exchange import address_of, exchange_of
from serving.front.audit import Audit
from serving.front.limits import IdleTimeout, require_small
from serving.front.rates import Rates


class Admission:
    """ASGI middleware in front of all answers."""

    def __init__(
        self, app: ASGIApp, access: Access, rates: Rates, audit: Audit, patience_seconds: float
    ) -> None:  # fmt: skip
        self._app = app
        self._access = access
        self._rates = rates
        self._audit = audit
        self._patience_seconds = patience_seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or tell why not."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        idle = IdleTimeout(self._patience_seconds, receive, send)
        try:
            require_small(scope)
            async with idle.watched():
                await self._check(scope)
                await self._app(scope, idle.receive, idle.send)
        except ProblemError as problem:
            await problem.response(Request(scope))(scope, receive, send)

    async def _check(self, scope: Scope) -> None:
        """Let a request pass; raises the ProblemError that it is answered with otherwise."""
        if not scope["path"].startswith(GUARDED):
            return
        self._audit.require_room()
        await self._rates.count_address(address_of(scope))
        key = await self._access.key_of(scope)
        exchange_of(scope).key_id = key.key_id if key else None
        await self._rates.count_key(key)
