"""Probes: is the process alive, and can it answer."""

import orjson
from fastapi import APIRouter, Request, Response

from serving.answers import published
from serving.routers.documented import UNAVAILABLE
from serving.schemas.health import Health, Readiness

router = APIRouter(tags=["health"])
JSON = "application/json"
NO_STORE = {"Cache-Control": "no-store"}


@router.get("/healthz", responses={200: {"model": Health}})
async def healthz() -> Response:
    """Whether the process is alive; asks nobody else."""
    return Response(b'{"status":"ok"}', 200, NO_STORE, JSON)


@router.get("/readyz", responses={200: {"model": Readiness}, **UNAVAILABLE})
async def readyz(request: Request) -> Response:
    """Whether answers can be given, and if not, why."""
    async with published(request) as reading:
        body = {
            "status": "ready",
            "data_version": reading.snapshot.version.number,
            "as_of": reading.as_of,
            "published_at": reading.snapshot.version.published_at,
        }
    return Response(orjson.dumps(body), 200, NO_STORE, JSON)
