"""Answers of any length: sent while they are read, in little memory."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AsyncExitStack, aclosing

from anyio import to_thread
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from serving.encoders import Encoder
from serving.exchange import exchange_of


async def exported(
    encoder: Encoder, batches: AsyncGenerator[list[str], None], held: AsyncExitStack
) -> AsyncGenerator[bytes, None]:
    """Give the parts of a body; `held` is what reading needs, and ends with it."""
    async with held, aclosing(batches):
        start = encoder.start()
        async for texts in batches:
            # Aside, so that encoding a batch holds up nobody else.
            yield start + await to_thread.run_sync(encoder.rows, texts)
            start = b""
        yield start + encoder.end()


async def counted(
    batches: AsyncGenerator[list[str], None], scope: Scope
) -> AsyncGenerator[list[str], None]:
    """Give the batches, and note in the exchange how many rows have left."""
    exchange = exchange_of(scope)
    async with aclosing(batches):
        async for texts in batches:
            exchange.rows += len(texts)
            yield texts


class Export(StreamingResponse):
    """A body whose first part is there already; whoever hangs up ends the query too."""

    def __init__(
        self,
        first: bytes,
        rest: AsyncGenerator[bytes, None],
        headers: Mapping[str, str],
        media_type: str,
    ) -> None:
        self._rest = rest
        super().__init__(_following(first, rest), 200, headers, media_type)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send everything, then let go of the connection, also where sending failed."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            await self._rest.aclose()


async def _following(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for part in rest:
        yield part
