"""Probes: is the process alive, and can it answer."""

from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from serving.answering.answers import published
from serving.answering.instants import as_json
from serving.errors import ProblemError
from serving.front.metrics import Metrics
from serving.routers.documented import UNAVAILABLE
from serving.schemas.health import Health, Readiness
from serving.settings import ServingSettings

router = APIRouter(tags=["health"])
JSON = "application/json"
NO_STORE = {"Cache-Control": "no-store"}


@router.get("/healthz", responses={200: {"model": Health, "description": "It is alive"}})
async def healthz() -> Response:
    """Whether the process is alive; asks nobody else."""
    return Response(b'{"status":"ok"}', 200, NO_STORE, JSON)


@router.get(
    "/readyz", responses={200: {"model": Readiness, "description": "It can answer"}, **UNAVAILABLE}
)
async def readyz(request: Request) -> Response:
    """Whether answers can be given, and if not, why: database, marts, age of the data."""
    settings: ServingSettings = request.app.state.settings
    async with published(request) as reading:
        version = reading.snapshot.version
        age = (datetime.now(UTC) - version.published_at).total_seconds()
        body = {
            "status": "ready",
            "data_version": version.number,
            "as_of": reading.as_of,
            "published_at": version.published_at,
            "age_seconds": max(0.0, age),
        }
    limit = settings.api_ready_max_age_hours
    if limit is not None and age > limit * 3600:
        detail = (
            f"The last data version is {age / 3600:.1f} h old, more than {limit:g} h "
            "(DWELLHOUSE_API_READY_MAX_AGE_HOURS); see `dwellhouse status`."
        )
        raise ProblemError(503, detail)
    return Response(as_json(body), 200, NO_STORE, JSON)


@router.get("/metrics", include_in_schema=False)
async def metrics(request: Request) -> Response:
    """Give counts and times to Prometheus; they tell nothing of what the data says."""
    measured: Metrics = request.app.state.metrics
    return Response(measured.exposed(), 200, NO_STORE, CONTENT_TYPE_LATEST)
