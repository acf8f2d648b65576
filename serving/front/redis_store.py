"""What processes of the API share by Redis. It may be away: that costs time, never an answer."""

import logging
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from serving.front.kept_answers import KEEP_SECONDS, KeptAnswer

PATIENCE_SECONDS = 0.25
# Whoever is away is left alone so long, so that not each request waits for it in vain.
REST_SECONDS = 1.0
MOST_CONNECTIONS = 16
PREFIX = "dwellhouse:answer:"

log = logging.getLogger("dwellhouse.api")
Result = TypeVar("Result")


class SharedRedis:
    """A Redis that is asked while it answers, and left alone for a moment when it does not."""

    def __init__(self, url: str) -> None:
        self.pool = BlockingConnectionPool.from_url(
            url, max_connections=MOST_CONNECTIONS, timeout=PATIENCE_SECONDS,
            socket_timeout=PATIENCE_SECONDS, socket_connect_timeout=PATIENCE_SECONDS,
            retry=Retry(NoBackoff(), 0),
        )  # fmt: skip
        self._redis = Redis(connection_pool=self.pool)
        self._rests_until = float("-inf")

    async def close(self) -> None:
        """Close all connections."""
        await self._redis.aclose(close_connection_pool=True)

    async def ask(self, question: Callable[[Redis], Awaitable[Result]]) -> Result | None:
        """Give the answer of Redis to `question`, None while it is away."""
        if time.monotonic() < self._rests_until:
            return None
        try:
            return await question(self._redis)
        except (RedisError, OSError, TimeoutError) as error:
            self._rests_until = time.monotonic() + REST_SECONDS
            log.warning("Redis does not answer (%s); going on without it", type(error).__name__)
            return None


class SharedAnswers:
    """Answers that all processes of the API share, each for what is left of its hour."""

    def __init__(self, redis: SharedRedis) -> None:
        self._redis = redis

    async def get(self, key: str) -> KeptAnswer | None:
        """Give an answer that any process has put there."""
        packed = await self._redis.ask(lambda redis: redis.get(PREFIX + key))
        if not isinstance(packed, bytes):
            return None
        try:
            kept = KeptAnswer.unpacked(packed)
        except ValueError:
            log.warning("Redis holds something under %s%s that is no answer", PREFIX, key)
            return None
        return kept if kept.expires_at > time.time() else None

    async def put(self, key: str, kept: KeptAnswer) -> None:
        """Keep an answer for all."""
        await self._redis.ask(
            lambda redis: redis.set(PREFIX + key, kept.packed(), ex=int(KEEP_SECONDS))
        )
