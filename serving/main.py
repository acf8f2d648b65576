"""Puts the API together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import fields
from pathlib import Path

from fastapi import Depends, FastAPI
from fastapi.responses import RedirectResponse
from fastapi_offline import FastAPIOffline

from serving import errors, openapi
from serving.answering import answers
from serving.front import layers
from serving.parameters import check_parameters
from serving.routers import (
    comparisons,
    dimensions,
    dwell,
    facts,
    health,
    kpis,
    loads,
    marts,
    occupancy,
    quality,
    uploads,
    visitors,
)
from serving.services import Services
from serving.settings import ServingSettings

INTRODUCTION = Path(__file__).with_name("introduction.md")
ROUTERS = (
    kpis, facts, dimensions, dwell, occupancy, visitors, comparisons, quality, marts, loads,
    uploads,
)  # fmt: skip


def create_app(settings: ServingSettings) -> FastAPI:
    """Give the API for `settings`; it starts whether or not there is a database yet."""
    services = Services.of(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.openapi()  # made once, and not while the first caller waits
        async with services.running():
            yield

    # The documentation page comes with its scripts: there may be no internet to fetch them from.
    app = FastAPIOffline(
        title="Dwellhouse",
        version="1",
        description=INTRODUCTION.read_text(encoding="utf-8"),
        openapi_tags=openapi.TAGS,
        servers=[{"url": "/"}],
        license_info={"name": "Apache License 2.0", "identifier": "Apache-2.0"},
        lifespan=lifespan,
        redoc_url=None,
        redirect_slashes=False,
        # Short names for generated clients, and for finding a route's own documentation.
        generate_unique_id_function=lambda route: route.name,
    )
    for field in fields(services):
        setattr(app.state, field.name, getattr(services, field.name))
    # Who opens the bare address in a browser wants to know what there is.
    app.get("/", include_in_schema=False)(lambda: RedirectResponse("docs"))
    for part in ROUTERS:
        app.include_router(part.router, prefix="/v1", dependencies=[Depends(check_parameters)])
    app.include_router(health.router)
    for part in (errors, answers, openapi):
        part.install(app)
    layers.install(app, services)
    return app
