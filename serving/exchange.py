"""What is known of one request while it is answered; it travels in the ASGI scope."""

import re
import secrets
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import count

from starlette.types import Scope

from serving.queries.published import Version

PLACE = "dwellhouse.exchange"
OF_THIS_PROCESS = secrets.token_hex(6)
COUNT = count(1)
# An id that a proxy gave is kept, so that both logs can be laid side by side.
SANE_ID = re.compile(rb"[A-Za-z0-9._-]{1,64}")


@dataclass(slots=True)
class Exchange:
    """One request and its answer: who asked, about which version, how many rows leave."""

    request_id: str = ""
    key_id: str | None = None
    version: Version | None = None
    rows: int = 0
    is_kept: bool = False


CURRENT: ContextVar[Exchange | None] = ContextVar("exchange", default=None)


def exchange_of(scope: Scope) -> Exchange:
    """Give the exchange of a request, which begins where it is first asked for."""
    exchange = scope.get(PLACE)
    if not isinstance(exchange, Exchange):
        exchange = scope[PLACE] = Exchange(_request_id(scope))
    return exchange


def address_of(scope: Scope) -> str:
    """Give the address that a request comes from, which a trusted proxy may have told."""
    client = scope.get("client")
    return str(client[0]) if client else ""


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and SANE_ID.fullmatch(value):
            return str(value.decode("ascii"))
    return f"{OF_THIS_PROCESS}-{next(COUNT):x}"
