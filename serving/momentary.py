"""What changes seldom and is needed by each request: asked once for all requests of a moment."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Momentary(Generic[Value]):
    """A value that is at most `seconds` old.

    A look-up on demand needs no listener that must notice a lost connection: whatever happens to
    the database, the next request asks again.
    """

    def __init__(self, ask: Callable[[], Awaitable[Value]], seconds: float) -> None:
        self._ask = ask
        self._seconds = seconds
        self._known: tuple[float, Value] | None = None
        self._asking: asyncio.Task[Value] | None = None

    async def get(self) -> Value:
        """Give the value; raises what `ask` raises, which is not remembered."""
        if self._known is not None and time.monotonic() - self._known[0] < self._seconds:
            return self._known[1]
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._asked())
        # A caller that goes away must not take the answer from the others.
        return await asyncio.shield(self._asking)

    async def _asked(self) -> Value:
        began_at = time.monotonic()
        value = await self._ask()
        self._known = (began_at, value)
        return value
