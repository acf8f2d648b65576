"""Answers as they are kept: the bytes that went out, in the memory of this process."""

import time
from dataclasses import dataclass, field

import orjson
from cachetools import TLRUCache

KEEP_SECONDS = 3600.0
# What an entry costs beside its key and body: headers, bookkeeping.
OVERHEAD_BYTES = 1024

Headers = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """An answer of the API: status, headers, body, and the number of rows in it."""

    status: int
    headers: Headers
    body: bytes
    rows: int
    made_at: float = field(default_factory=time.time)

    @property
    def tag(self) -> str:
        """The ETag; empty for an answer that must not be kept."""
        return next((value.decode() for name, value in self.headers if name == b"etag"), "")

    @property
    def may_be_kept(self) -> bool:
        """Tell whether it is what was asked for, about a data version."""
        return self.status == 200 and bool(self.tag)

    @property
    def expires_at(self) -> float:
        """When it is too old, by the wall clock, which processes share."""
        return self.made_at + KEEP_SECONDS

    def packed(self) -> bytes:
        """Give it as bytes that hold data only: whoever can write to Redis cannot run code here."""
        headers = [
            [name.decode("latin-1"), value.decode("latin-1")] for name, value in self.headers
        ]
        about = orjson.dumps([self.status, headers, self.rows, self.made_at])
        return about + b"\n" + self.body

    @classmethod
    def unpacked(cls, packed: bytes) -> "KeptAnswer":
        """Read what `packed` gave; raises ValueError for anything else."""
        about, _, body = packed.partition(b"\n")
        try:
            status, pairs, rows, made_at = orjson.loads(about)
            headers = tuple((n.encode("latin-1"), v.encode("latin-1")) for n, v in pairs)
            return cls(int(status), headers, body, int(rows), float(made_at))
        except (TypeError, AttributeError) as error:
            raise ValueError(str(error)) from error


class KeptAnswers:
    """The latest answers, as many as fit into `most_bytes`; the least recently used goes first."""

    def __init__(self, most_bytes: int) -> None:
        # The size of an entry is told by its value alone, so the key is there as well.
        self._entries: TLRUCache[str, tuple[str, KeptAnswer]] = TLRUCache(
            most_bytes, ttu=lambda _key, entry, _now: entry[1].expires_at, timer=time.time,
            getsizeof=lambda entry: _size(*entry),
        )  # fmt: skip

    def get(self, key: str) -> KeptAnswer | None:
        """Give the answer, if it is still there."""
        entry = self._entries.get(key)
        return entry[1] if entry else None

    def put(self, key: str, kept: KeptAnswer) -> None:
        """Keep an answer, unless it is larger than all there is room for."""
        if _size(key, kept) <= self._entries.maxsize:
            self._entries[key] = key, kept

    def clear(self) -> None:
        """Forget all of them."""
        self._entries.clear()


def _size(key: str, kept: KeptAnswer) -> int:
    return len(key) + len(kept.body) + OVERHEAD_BYTES
