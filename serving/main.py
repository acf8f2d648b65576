"""Puts the API together."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, Depends, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi_offline import FastAPIOffline

from serving import answers, errors, openapi
from serving.audit import Audit
from serving.auth import Access
from serving.cache import AnswerCache
from serving.database import Database
from serving.documented_routes import DocumentedRoutes
from serving.gate import Gate
from serving.kept_answers import KeptAnswers
from serving.landing import remove_abandoned
from serving.load_events import LoadEvents
from serving.parameters import check_parameters
from serving.rates import Rates
from serving.redis_store import SharedAnswers, SharedRedis
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
from serving.settings import ServingSettings
from serving.snapshot import Snapshots
from serving.uploads import Uploads
from serving.versions import Versions

DESCRIPTION = (
    "Dwell times, occupancy and repeat visitors from camera events. "
    "Every answer names the data version and the data clock it is about."
)
ROUTERS = (
    kpis, facts, dimensions, dwell, occupancy, visitors, comparisons, quality, marts, loads,
    uploads,
)  # fmt: skip


def create_app(settings: ServingSettings) -> FastAPI:
    """Give the API for `settings`; it starts whether or not there is a database yet."""
    database, access = Database.of_marts(settings), Database.of_access(settings)
    audit = Audit(access)
    redis = SharedRedis(settings.redis_url) if settings.redis_url else None

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.openapi()  # made once, and not while the first caller waits
        remove_abandoned(settings.landing)
        async with database.opened(), access.opened(), audit.writing():
            yield
        if redis:
            await redis.close()

    # The documentation page comes with its scripts: there may be no internet to fetch them from.
    app = FastAPIOffline(
        title="Dwellhouse",
        version="1",
        description=DESCRIPTION,
        lifespan=lifespan,
        redoc_url=None,
        redirect_slashes=False,
        # Short names for generated clients, and for finding a route's own documentation.
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.database = database
    app.state.snapshots = Snapshots()
    app.state.versions = Versions(database)
    app.state.load_events = LoadEvents()
    app.state.uploads = Uploads(database, access, settings.landing, settings.api_max_upload_bytes)
    app.include_router(_versioned(), prefix="/v1")
    app.include_router(health.router)
    for part in (errors, answers, openapi):
        part.install(app)
    guard = Access(access, DocumentedRoutes(app), settings.cors_origins)
    _put_in_front(app, settings, guard, audit, redis)
    return app


def _put_in_front(
    app: FastAPI, settings: ServingSettings, guard: Access, audit: Audit, redis: SharedRedis | None
) -> None:
    """Let requests pass the gate, then the cache; what is added last comes first."""
    app.add_middleware(
        AnswerCache, DocumentedRoutes(app), app.state.versions,
        KeptAnswers(settings.api_cache_bytes), SharedAnswers(redis) if redis else None,
    )  # fmt: skip
    rates = Rates(
        settings.api_requests_per_minute_by_key, settings.api_requests_per_minute_by_address, redis
    )
    app.add_middleware(Gate, guard, rates, audit, settings.api_patience_seconds)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware, allow_origins=sorted(settings.cors_origins),
            allow_methods=["GET", "POST"], allow_headers=["Authorization"],
            expose_headers=["ETag", "Link", "Retry-After", "X-Request-ID"],
        )  # fmt: skip


def _versioned() -> APIRouter:
    router = APIRouter(dependencies=[Depends(check_parameters)])
    for part in ROUTERS:
        router.include_router(part.router)
    return router
