"""Cursors: where a page ended, as an opaque text that is checked when it comes back."""

import base64
import binascii
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

import orjson

from serving.errors import ProblemError, invalid
from serving.queries.listing import Key, Listing, Order

CHECK_BYTES = 6
LONGEST = 20_000
READABLE: dict[str, Callable[[str], object]] = {
    "text": str,
    "uuid": UUID,
    "timestamptz": datetime.fromisoformat,
    "double precision": float,
    "date": date.fromisoformat,
    "bigint": int,
    "integer": int,
    "numeric": Decimal,
    "boolean": {"true": True, "false": False}.__getitem__,
}


@dataclass(frozen=True)
class Cursor:
    """The last row's keys, and the data clock of the first page, which `last=` counts back from."""

    keys: tuple[Key, ...]
    clock: datetime | None


def encode(cursor: Cursor, query: str) -> str:
    """Give the text of a cursor, which fits the same query only; raises a 422 if it is too long."""
    clock = cursor.clock.isoformat() if cursor.clock else None
    payload = orjson.dumps([_digest(query.encode()).hex(), clock, cursor.keys])
    text = base64.urlsafe_b64encode(_digest(payload) + payload).decode().rstrip("=")
    if len(text) > LONGEST:
        detail = "A value in this order is too long to go on from; sort by something else."
        raise invalid("sort", detail)
    return text


def decode(text: str, query: str, listing: Listing, orders: tuple[Order, ...]) -> Cursor:
    """Read a cursor; raises a 422 where it is damaged or belongs to another query."""
    try:
        raw = base64.b64decode(text[:LONGEST] + "=" * (-len(text) % 4), b"-_", validate=True)
        check, payload = raw[:CHECK_BYTES], raw[CHECK_BYTES:]
        if check != _digest(payload):
            raise _damaged()
        fingerprint, clock, keys = orjson.loads(payload)
        if fingerprint != _digest(query.encode()).hex():
            detail = "cursor belongs to another query; keep filters and sort as they were."
            raise invalid("cursor", detail)
        # Whoever makes up a cursor with a right check still gets past no type.
        for order, key in zip(orders, keys, strict=True):
            if key is not None:
                if not isinstance(key, str) or "\0" in key:
                    raise _damaged()
                READABLE[listing.columns[order.column].type](key)
        return Cursor(tuple(keys), datetime.fromisoformat(clock) if clock else None)
    except (binascii.Error, ArithmeticError, ValueError, TypeError, KeyError, AttributeError):
        raise _damaged() from None


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=CHECK_BYTES).digest()


def _damaged() -> ProblemError:
    return invalid("cursor", "cursor is damaged; take it whole from next, or start without one.")
