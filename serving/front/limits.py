"""How large a request may be, and how long it may stand still."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.types import Message, Receive, Scope, Send

from serving.errors import ProblemError

MOST_HEADER_BYTES = 32 * 1024
MOST_URL_BYTES = 32 * 1024
# The only route that takes a body counts it itself, while it comes.
TAKES_A_BODY = "/v1/uploads"
# What is left of the body would have to be read before the connection could serve again.
CLOSE = {"Connection": "close"}


def require_small(scope: Scope) -> None:
    """Raise the 414, 431 or 413 that is due for a request that is larger than any honest one."""
    url = len(scope["path"]) + len(scope["query_string"])
    if url > MOST_URL_BYTES:
        raise ProblemError(
            414, f"The address has more than {MOST_URL_BYTES:,} bytes.", headers=CLOSE
        )
    size, has_body = 0, False
    for name, value in scope["headers"]:
        size += len(name) + len(value)
        if name == b"transfer-encoding" or (name == b"content-length" and value != b"0"):
            has_body = True
    if size > MOST_HEADER_BYTES:
        detail = f"The headers have more than {MOST_HEADER_BYTES:,} bytes."
        raise ProblemError(431, detail, headers=CLOSE)
    if has_body and scope["path"] != TAKES_A_BODY:
        detail = f"This path takes no body; only POST {TAKES_A_BODY} does."
        raise ProblemError(413, detail, headers=CLOSE)


class IdleTimeout:
    """Ends a request that stands still: its own work, or the client that sends or reads."""

    def __init__(self, seconds: float, receive: Receive, send: Send) -> None:
        self._seconds = seconds
        self._receive = receive
        self._send = send
        self._timeout: asyncio.Timeout | None = None
        self._moved_at = 0.0
        self._waits_for_client = False
        self.has_begun = False

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Watch over a block; raises the problem to tell, if an answer can still be begun."""
        timeout = self._timeout = asyncio.timeout(self._seconds)
        self._moved_at = time.monotonic()
        try:
            async with timeout:
                yield
        except TimeoutError:
            if not timeout.expired():
                raise
            if not self.has_begun:
                raise self._problem() from None
            # Left unfinished, so that the server closes the connection.

    async def receive(self) -> Message:
        """Give what the client sends next."""
        self._waits_for_client = True
        message = await self._receive()
        self._waits_for_client = False
        self._move_on()
        return message

    async def send(self, message: Message) -> None:
        """Pass a part of the answer on, once the client has taken the ones before."""
        self.has_begun = True
        await self._send(message)
        self._move_on()

    def _move_on(self) -> None:
        # To set the clock anew costs more than to look at it, and most requests are over by then.
        now = time.monotonic()
        if self._timeout is not None and now - self._moved_at > self._seconds / 10:
            self._moved_at = now
            self._timeout.reschedule(asyncio.get_running_loop().time() + self._seconds)

    def _problem(self) -> ProblemError:
        if self._waits_for_client:
            return silent(self._seconds)
        detail = f"No answer could be made within {self._seconds:g} s: ask for less, or later."
        return ProblemError(504, detail)


def silent(seconds: float) -> ProblemError:
    """Give the 408 for a client that sends nothing more."""
    return ProblemError(408, f"Nothing came for {seconds:g} s.", headers=CLOSE)
