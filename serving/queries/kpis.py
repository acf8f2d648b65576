"""The range metrics."""

from psycopg.rows import dict_row

from serving.chosen import Chosen
from serving.queries.conditions import event_conditions, session_conditions
from serving.queries.statements import Connection, Parameters, statement

Metrics = dict[str, int | float | None]


async def read_kpis(connection: Connection, chosen: Chosen) -> Metrics:
    """Give each metric by its name; what nothing can be said of is null."""
    parameters = Parameters()
    query = statement("kpis").format(
        event_conditions=event_conditions(chosen, parameters),
        session_conditions=session_conditions(chosen, parameters),
    )
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query, parameters)
        return await cursor.fetchone() or {}
