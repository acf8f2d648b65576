"""A client that costs little beside what it measures: requests are bytes, answers are counted."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import quantiles

import uvloop

END_OF_HEAD = b"\r\n\r\n"
LENGTH = b"content-length: "
GET = "GET {} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
PATIENCE_SECONDS = 60.0


@dataclass
class Answers:
    """What came back within a time: the seconds of each answer, and the first that was wrong.

    A 504 is an answer that took as long as the API lets one take: it is counted, not wrong.
    """

    seconds: list[float] = field(default_factory=list)
    elapsed: float = 0.0
    timed_out: int = 0
    refused: bytes | None = None

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.seconds) / self.elapsed

    def milliseconds(self, percent: int) -> float:
        """So many percent of the answers took no longer."""
        return 1000 * quantiles(self.seconds, n=100, method="inclusive")[percent - 1]


class Lane(asyncio.Protocol):
    """One connection, which asks again as soon as it has its answer."""

    def __init__(self, paths: Iterator[str], answers: Answers, until: float) -> None:
        self._paths = paths
        self._answers = answers
        self._until = until
        self._received = bytearray()
        self._asked_at = 0.0
        self.ended = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Ask the first time."""
        self._transport = transport
        self._ask()

    def data_received(self, data: bytes) -> None:
        """Take a part of an answer."""
        self._received += data
        head = self._received.find(END_OF_HEAD)
        if head >= 0 and len(self._received) >= head + len(END_OF_HEAD) + self._length(head):
            self._answered()

    def connection_lost(self, exc: Exception | None) -> None:
        """End, also where the other side hung up."""
        if not self.ended.done():
            self.ended.set_result(None)

    def _length(self, head: int) -> int:
        start = self._received.find(LENGTH, 0, head)
        return int(self._received[start + len(LENGTH) : head].split(b"\r", 1)[0])

    def _answered(self) -> None:
        now = time.perf_counter()
        self._answers.seconds.append(now - self._asked_at)
        if self._received.startswith(b"HTTP/1.1 504"):
            self._answers.timed_out += 1
        elif not self._received.startswith(b"HTTP/1.1 200"):
            self._answers.refused = self._answers.refused or bytes(self._received)
        self._received.clear()
        if now < self._until:
            self._ask()
        else:
            self._transport.close()

    def _ask(self) -> None:
        path = next(self._paths, None)
        if path is None:
            self._transport.close()
            return
        self._asked_at = time.perf_counter()
        self._transport.write(GET.format(path).encode())


def answers_to(paths: Iterator[str], port: int, clients: int, seconds: float) -> Answers:
    """Ask the paths in turn, over so many connections, until they or the seconds have ended."""
    return uvloop.run(_answers_to(paths, port, clients, seconds))


async def _answers_to(paths: Iterator[str], port: int, clients: int, seconds: float) -> Answers:
    loop, answers, started = asyncio.get_running_loop(), Answers(), time.perf_counter()
    lanes = [
        await loop.create_connection(
            lambda: Lane(paths, answers, started + seconds), "127.0.0.1", port
        )
        for _ in range(clients)
    ]
    async with asyncio.timeout(seconds + PATIENCE_SECONDS):
        await asyncio.gather(*(lane.ended for _, lane in lanes))
    answers.elapsed = time.perf_counter() - started
    return answers
