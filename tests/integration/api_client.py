"""The real app, asked over ASGI."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import anyio.from_thread
import httpx
from fastapi import FastAPI

from orchestration.runtime.embedded_postgres import write_secret
from orchestration.runtime.warehouse_urls import OF_THE_API, Warehouse
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


def write_urls(warehouse: Warehouse, home: Path) -> None:
    """Put the URLs where the API reads them at each connect."""
    for role in OF_THE_API:
        write_secret(home / "secrets" / f"{role}.url", getattr(warehouse, role))


def write_warehouse(warehouse: Warehouse, home: Path) -> None:
    """Put the URLs of all roles where the command line reads them."""
    (home / "secrets").mkdir(exist_ok=True)
    write_secret(home / "secrets" / "warehouse.json", json.dumps(asdict(warehouse)))


@cache
def _document() -> dict[str, Any]:
    return create_app(ServingSettings()).openapi()


def new_app(settings: ServingSettings) -> FastAPI:
    """Make the app; with the OpenAPI document that all share, which takes most of a start to make.

    `test_openapi.py` holds that it is the same whatever the settings.
    """
    app = create_app(settings)
    app.openapi_schema = _document()
    return app


@contextmanager
def running_api(
    warehouse: Warehouse | None, home: Path, *, address: str = "127.0.0.1", **settings: Any
) -> Iterator[Api]:
    """Run the app on a home folder that names the database's URLs, as the stack writes them."""
    (home / "secrets").mkdir(exist_ok=True)
    if warehouse:
        write_urls(warehouse, home)
    (home / "landing").mkdir(exist_ok=True)
    settings = {"landing": home / "landing", **settings}
    app = new_app(ServingSettings(home=home, **settings))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(address, 50_000))
    client = httpx.AsyncClient(transport=transport, base_url="http://localhost")
    with (
        anyio.from_thread.start_blocking_portal() as portal,
        portal.wrap_async_context_manager(app.router.lifespan_context(app)),
        portal.wrap_async_context_manager(client),
    ):
        yield Api(portal, client)
