"""Unix sockets in folders of any path length: the kernel allows a path of about 100 bytes."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NAME = "run-server.sock"
LONGEST_PATH = 100


@contextmanager
def _short_path(folder: Path) -> Iterator[str]:
    """Give a path of the socket that is short enough, by way of an open folder where needed."""
    path = str(folder / NAME)
    if len(path.encode()) <= LONGEST_PATH:
        yield path
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        yield f"/proc/self/fd/{descriptor}/{NAME}"
    finally:
        os.close(descriptor)


def connected_socket(folder: Path) -> socket.socket:
    """Connect to the socket in `folder`; raises OSError if nobody listens."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        with _short_path(folder) as path:
            connection.connect(path)
    except OSError:
        connection.close()
        raise
    return connection


def listening_socket(folder: Path) -> socket.socket:
    """Listen in `folder`, in place of whoever listened there before."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    (folder / NAME).unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with _short_path(folder) as path:
        listener.bind(path)
    listener.listen(64)
    return listener
