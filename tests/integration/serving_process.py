"""The API as the stack runs it: a process with a port, for tests of its connections."""

import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from orchestration.runtime.warehouse_urls import Warehouse
from serving.settings import PROJECT_ROOT
from tests.free_ports import free_port
from tests.integration.api_client import write_urls, write_warehouse
from tests.waiting import until

READY_SECONDS = 30


@dataclass(frozen=True)
class ServingProcess:
    """A running API."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)


@contextmanager
def serving_process(
    warehouse: Warehouse, home: Path, **settings: object
) -> Iterator[ServingProcess]:  # fmt: skip
    """Run `python -m serving` until the end of the block."""
    write_warehouse(warehouse, home)
    write_urls(warehouse, home)
    port = free_port()
    chosen = {"home": home, "landing": home / "landing", "api_port": port, **settings}
    environment = {f"DWELLHOUSE_{name.upper()}": str(value) for name, value in chosen.items()}
    log = home / "api.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "serving"], cwd=home, stdout=output, stderr=output,
            env={**os.environ, "PYTHONPATH": str(PROJECT_ROOT), **environment},
        )  # fmt: skip
    running = ServingProcess(port, process, log)
    try:
        until(lambda: _is_ready(running), READY_SECONDS, log.read_text)
        yield running
    finally:
        process.kill()
        process.wait()


def _is_ready(running: ServingProcess) -> bool:
    assert running.process.poll() is None, running.log.read_text()
    try:
        with urllib.request.urlopen(f"{running.url}/healthz", timeout=2):
            return True
    except OSError:
        return False
