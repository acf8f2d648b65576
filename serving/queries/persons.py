"""One person, with the latest visits and sessions."""

from psycopg.rows import dict_row

from serving.queries.dimensions import PERSONS
from serving.queries.listing import Type
from serving.queries.statements import Connection, statement

# As a file a person is one row.
PERSON: dict[str, Type] = {**PERSONS.types, "visits": "jsonb", "sessions": "jsonb"}


async def read_person(
    connection: Connection, person_id: str, limit: int
) -> dict[str, object] | None:
    """Give the row of `dim_persons` with `visits` and `sessions`; None if there is none."""
    values = {"person_id": person_id, "limit": limit}
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(statement("person"), values)
        found = await cursor.fetchone()
        if found is None:
            return None
        for name in ("visits", "sessions"):
            await cursor.execute(statement(f"person_{name}"), values)
            found[name] = await cursor.fetchall()
        return found
