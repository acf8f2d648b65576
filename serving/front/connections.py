"""Connections: how many there are, how long a request's head may take, how long it may be."""

import asyncio
from http import HTTPStatus

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from serving.errors import MEDIA_TYPE
from serving.front.limits import MOST_HEADER_BYTES, MOST_URL_BYTES

LONGEST_HEAD_SECONDS = 10.0
MOST_HEAD_BYTES = MOST_HEADER_BYTES + MOST_URL_BYTES
# Below the usual limit of 1,024 open files, of which the process needs some itself.
MOST_CONNECTIONS = 800


class BoundedProtocol(HttpToolsProtocol):
    """uvicorn's protocol, which by itself waits for ever: for a head to come, for bytes to go."""

    patience_seconds = 30.0
    _head_timer: asyncio.TimerHandle | None = None
    _head_bytes = 0
    _write_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a request, unless too many do."""
        super().connection_made(transport)
        self._await_head()
        if len(self.connections) > MOST_CONNECTIONS:
            self._refuse(503, "There are too many connections; try again in a moment.")

    def data_received(self, data: bytes) -> None:
        """Take what came; a head that has no end is refused."""
        if self._head_timer is None and (self.cycle is None or self.cycle.response_complete):
            self._await_head()
        if self._head_timer is not None:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._head_timer is not None and self._head_bytes > MOST_HEAD_BYTES:
            self._refuse(431, f"Address and headers have more than {MOST_HEAD_BYTES:,} bytes.")

    def on_headers_complete(self) -> None:
        """Stop waiting: from here on the application minds the time."""
        self._stop_waiting()
        super().on_headers_complete()

    def pause_writing(self) -> None:
        """Cut off a client that does not read; to close politely would wait for it."""
        super().pause_writing()
        self._write_timer = self.loop.call_later(self.patience_seconds, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on, for the client reads."""
        self._stop_minding_writes()
        super().resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the timers with the connection."""
        self._stop_waiting()
        self._stop_minding_writes()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP."""
        self._refuse(400, f"{msg} An address is ASCII only; é in it is written as %C3%A9.")

    def _await_head(self) -> None:
        self._head_bytes = 0
        self._head_timer = self.loop.call_later(self._head_seconds, self._head_is_late)

    @property
    def _head_seconds(self) -> float:
        return min(LONGEST_HEAD_SECONDS, self.patience_seconds)

    def _stop_waiting(self) -> None:
        if self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def _stop_minding_writes(self) -> None:
        if self._write_timer is not None:
            self._write_timer.cancel()
            self._write_timer = None

    def _head_is_late(self) -> None:
        if self._head_bytes:
            self._refuse(408, f"The request did not come within {self._head_seconds:g} s.")
        else:
            self.transport.close()

    def _refuse(self, status: int, detail: str) -> None:
        self._stop_waiting()
        if self.transport.is_closing():
            return
        title = HTTPStatus(status).phrase
        body = orjson.dumps(
            {"type": "about:blank", "title": title, "status": status, "detail": detail,
             "instance": "/"}
        )  # fmt: skip
        head = (
            f"HTTP/1.1 {status} {title}\r\ncontent-type: {MEDIA_TYPE}\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode("ascii") + body)
        self.transport.close()


def protocol_of(patience_seconds: float) -> type[BoundedProtocol]:
    """Give the protocol that waits so long for a client."""
    return type("PatientProtocol", (BoundedProtocol,), {"patience_seconds": patience_seconds})
