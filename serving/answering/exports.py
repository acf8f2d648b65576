"""Answers of any length: sent while they are read, in little memory."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, nullcontext

from anyio import to_thread
from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from serving.answering.encoders import Encoder
from serving.errors import ProblemError
from serving.exchange import exchange_of
from serving.queries.listing import BATCH

# A full build waits for those who read the marts, and is tried again where they stay too long: an
# export keeps it from going through for no longer than this.
MOST_SECONDS = 1800.0
# A connection is kept while an export waits for its turn, so that it must not wait for long.
PATIENCE_SECONDS = 5.0

log = logging.getLogger("dwellhouse.api")


class Exports:
    """The long files that are being sent: each keeps a connection for as long as it is read."""

    def __init__(self, pool_size: int) -> None:
        self._most = max(1, pool_size // 2)
        self._turns = asyncio.Semaphore(self._most)

    async def admitted(
        self, batches: AsyncGenerator[list[str], None]
    ) -> AsyncGenerator[list[str], None]:
        """Give the batches; raises a 503 where more than one come and no turn gets free."""
        async with aclosing(batches):
            first: list[str] = await anext(batches, [])
            async with self._turn() if is_long(len(first)) else nullcontext():
                yield first
                async for texts in batches:
                    yield texts

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        try:
            await asyncio.wait_for(self._turns.acquire(), PATIENCE_SECONDS)
        except TimeoutError:
            detail = (
                f"As many long files as may be are being sent already: {self._most}, half of "
                "DWELLHOUSE_API_POOL_SIZE. Try again in a moment, or ask page by page with limit."
            )
            raise ProblemError(503, detail, headers={"Retry-After": "10"}) from None
        try:
            yield
        finally:
            self._turns.release()


def is_long(rows: int) -> bool:
    """Tell whether more rows may follow the first ones, which are that many."""
    return rows >= BATCH


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
            async with asyncio.timeout(MOST_SECONDS) as limit:
                await super().__call__(scope, receive, send)
        except TimeoutError:
            if not limit.expired():
                raise
            # Left unfinished, so that the server closes the connection and the client sees it.
            message = "%s was cut after %g s, for builds wait for its reader; ask for it in parts"
            log.warning(message, scope["path"], MOST_SECONDS)
        finally:
            await self._rest.aclose()


async def _following(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for part in rest:
        yield part
