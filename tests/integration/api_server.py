"""The real app behind a real socket, as clients meet it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn

from orchestration.runtime.warehouse_urls import Warehouse
from serving.settings import ServingSettings
from tests.integration.api_client import new_app, write_urls
from tests.waiting import until

START_SECONDS = 30


@contextmanager
def served_api(warehouse: Warehouse, home: Path, **settings: Any) -> Iterator[str]:
    """Serve on a free port of this machine; give the address."""
    (home / "secrets").mkdir(exist_ok=True)
    write_urls(warehouse, home)
    app = new_app(ServingSettings(home=home, **settings))
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started or not thread.is_alive(), START_SECONDS)
    assert server.started, "the API did not start"
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(START_SECONDS)
