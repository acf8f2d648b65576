"""The log: one JSON object a line, each with the id of the request that it came of."""

import logging
import sys

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from serving.exchange import CURRENT

# uvicorn tells of each connection and request; the log of the API's own has what matters of it.
QUIET = ("uvicorn.access", "httpx")


def configure(level: str) -> None:
    """Make everything that this process logs go to standard error in one form."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _with_request,
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def _with_request(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    exchange = CURRENT.get()
    if exchange is not None:
        event["request_id"] = exchange.request_id
        if exchange.key_id:
            event["key_id"] = exchange.key_id
    return event
