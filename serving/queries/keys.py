"""The keys of the API, as they stand in the database."""

from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from serving.queries.statements import Connection, statement


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key: what it may do, until when, and the hash of its secret."""

    key_id: str
    secret_sha256: bytes
    scopes: list[str]
    expires_at: datetime | None
    revoked_at: datetime | None


async def api_keys(connection: Connection) -> dict[str, ApiKey]:
    """Give all keys by id, also those that are no longer of use."""
    async with connection.cursor(row_factory=class_row(ApiKey)) as cursor:
        await cursor.execute(statement("api_keys"))
        return {key.key_id: key for key in await cursor.fetchall()}
