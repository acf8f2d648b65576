"""What is known of one request while it is answered; it travels in the ASGI scope."""

from dataclasses import dataclass

from starlette.types import Scope

from serving.queries.published import Version

PLACE = "dwellhouse.exchange"


@dataclass(slots=True)
class Exchange:
    """One request and its answer: the data version it is about, and how many rows leave with it."""

    version: Version | None = None
    rows: int = 0


def exchange_of(scope: Scope) -> Exchange:
    """Give the exchange of a request, which begins where it is first asked for."""
    exchange = scope.get(PLACE)
    if not isinstance(exchange, Exchange):
        exchange = scope[PLACE] = Exchange()
    return exchange
