"""The real app, asked over ASGI."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import anyio.from_thread
import httpx

from orchestration.runtime.embedded_postgres import write_secret
from serving.main import create_app
from serving.settings import ServingSettings


@dataclass(frozen=True)
class Api:
    """The real app, asked over ASGI; it lives in an event loop of its own thread."""

    portal: anyio.from_thread.BlockingPortal
    client: httpx.AsyncClient

    def get(self, url: str, **options: Any) -> httpx.Response:
        return self.request("GET", url, **options)

    def request(self, method: str, url: str, **options: Any) -> httpx.Response:
        return self.portal.call(partial(self.client.request, method, url, **options))


@contextmanager
def running_api(reader_url: str | None, home: Path, **settings: object) -> Iterator[Api]:
    """Run the app on a home folder that names the reader's URL, as the stack writes it."""
    (home / "secrets").mkdir(exist_ok=True)
    if reader_url:
        write_secret(home / "secrets" / "reader.url", reader_url)
    app = create_app(ServingSettings(home=home, **settings))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    client = httpx.AsyncClient(transport=transport, base_url="http://api")
    with (
        anyio.from_thread.start_blocking_portal() as portal,
        portal.wrap_async_context_manager(app.router.lifespan_context(app)),
        portal.wrap_async_context_manager(client),
    ):
        yield Api(portal, client)
