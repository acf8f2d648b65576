"""HEAD: what GET would answer, without the body (RFC 9110, section 9.3.2)."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Heads:
    """ASGI middleware that answers HEAD on every path that answers GET."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the answer to GET made, and send its status and headers only."""
        if scope["type"] != "http" or scope["method"] != "HEAD":
            await self._app(scope, receive, send)
            return
        is_told = asyncio.Event()

        async def send_head(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
            elif not is_told.is_set():
                is_told.set()
                await send({"type": "http.response.body", "body": b""})

        async def hang_up() -> Message:
            # Ends an export or a stream of events, whose length nobody knows.
            await is_told.wait()
            return {"type": "http.disconnect"}

        await self._app({**scope, "method": "GET"}, hang_up, send_head)
