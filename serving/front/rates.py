"""How often one key and one address may ask, counted by Redis where there is one."""

import ipaddress
import math
import time
from functools import lru_cache

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter

from serving.auth import is_loopback
from serving.errors import ProblemError
from serving.front.redis_store import SharedRedis
from serving.queries.keys import ApiKey

PREFIX = "dwellhouse:rate"
# An IPv6 network that one subscriber has wholly.
SUBSCRIBER_BITS = 64


class Rates:
    """Counts requests of a minute by key and by address; programs on this machine count by key."""

    def __init__(self, per_key: int, per_address: int, redis: SharedRedis | None = None) -> None:
        self._per_key = RateLimitItemPerMinute(per_key) if per_key else None
        self._per_address = RateLimitItemPerMinute(per_address) if per_address else None
        self._own = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._redis = redis
        self._shared = _shared_by(redis) if redis else None

    async def count_address(self, address: str) -> None:
        """Count a request of an address; raises the 429 that is due if it asks too often."""
        if self._per_address and not is_loopback(address):
            await self._count(self._per_address, "address", _subscriber(address))

    async def count_key(self, key: ApiKey | None) -> None:
        """Count a request with a key, with the same error."""
        if self._per_key and key:
            await self._count(self._per_key, "key", key.key_id)

    async def _count(self, limit: RateLimitItemPerMinute, kind: str, who: str) -> None:
        wait = None
        if self._redis and self._shared:
            shared = self._shared
            wait = await self._redis.ask(lambda _: _seconds_to_wait(shared, limit, kind, who))
        if wait is None:
            wait = await _seconds_to_wait(self._own, limit, kind, who)
        if wait:
            raise too_many(limit.amount, kind, wait)


def too_many(most: int, kind: str, wait: int) -> ProblemError:
    """Give the 429 for a key or an address that asks too often."""
    detail = f"More than {most:,} requests a minute by one {kind}; wait {wait} s."
    return ProblemError(429, detail, headers={"Retry-After": str(wait)})


async def _seconds_to_wait(
    counter: SlidingWindowCounterRateLimiter, limit: RateLimitItemPerMinute, kind: str, who: str
) -> int:
    """Count a request; gives 0 if it may pass, else when to come again."""
    if await counter.hit(limit, kind, who):
        return 0
    reset_at, _ = await counter.get_window_stats(limit, kind, who)
    return max(1, math.ceil(reset_at - time.time()))


def _shared_by(redis: SharedRedis) -> SlidingWindowCounterRateLimiter:
    storage = RedisStorage(
        "async+redis://", implementation="redispy", key_prefix=PREFIX,
        connection_pool=redis.pool,  # type: ignore[arg-type]
    )  # fmt: skip
    return SlidingWindowCounterRateLimiter(storage)


@lru_cache(maxsize=4096)
def _subscriber(address: str) -> str:
    """Give what tells subscribers apart: an IPv6 address alone can be changed at will."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return address
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if ip.version == 4:
        return str(ip)
    return str(ipaddress.ip_network((ip, SUBSCRIBER_BITS), strict=False))
