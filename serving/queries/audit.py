"""The record of requests, which can only be added to."""

from collections.abc import Iterable, Sequence

from serving.queries.statements import Connection, statement


async def add_requests(connection: Connection, rows: Iterable[Sequence[object]]) -> None:
    """Add rows, with the columns of the statement in their order; all of them or none."""
    async with connection.cursor() as cursor, cursor.copy(statement("add_requests")) as copy:
        for row in rows:
            await copy.write_row(row)
