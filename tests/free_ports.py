"""Ports for servers of tests, apart from those that the system gives to outgoing connections."""

import secrets
import socket
from contextlib import suppress

BELOW_EPHEMERAL = range(20_000, 32_000)


def free_port() -> int:
    """Choose a port on loopback that nobody uses, and that no connection of another test takes."""
    while True:
        port = secrets.choice(BELOW_EPHEMERAL)
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
