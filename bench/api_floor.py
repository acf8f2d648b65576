"""What the API is measured against: a route that does nothing, and the bare query of a page."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI, Response

from serving.database import Database
from serving.settings import current_settings

PAGE = Path(__file__).with_name("api_floor.sql").read_text(encoding="utf-8")
JSON = "application/json"

database = Database.of_marts(current_settings())


@asynccontextmanager
async def _lifespan(_: FastAPI) -> AsyncIterator[None]:
    async with database.opened():
        yield


app = FastAPI(lifespan=_lifespan)


@app.get("/empty")
async def empty() -> Response:
    """Give next to nothing."""
    return Response(b"{}", media_type=JSON)


@app.get("/sessions")
async def sessions(after: str) -> Response:
    """Give 100 sessions as the database writes them down."""
    async with database.connection() as connection:
        row = await (await connection.execute(PAGE, [after])).fetchone()
    return Response(row[0] if row else "[]", media_type=JSON)
