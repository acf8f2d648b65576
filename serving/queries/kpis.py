"""The range metrics, by their names in the contract."""

from psycopg import sql
from psycopg.rows import dict_row

from serving.chosen import Chosen
from serving.queries.conditions import (
    event_conditions,
    person_hour_conditions,
    session_conditions,
)
from serving.queries.statements import Connection, Parameters, statement

Metrics = dict[str, int | float | None]
NOTHING = sql.SQL("false")


async def read_kpis(
    connection: Connection, chosen: Chosen, hours: Chosen | None, rest: Chosen | None
) -> Metrics:
    """Give each metric by its name; what nothing can be said of is null.

    Events are counted from the stored `hours` of the range, and from the facts for the `rest`.
    """
    parameters = Parameters()
    query = statement("kpis").format(
        hour_conditions=person_hour_conditions(hours, parameters) if hours else NOTHING,
        event_conditions=event_conditions(rest, parameters) if rest else NOTHING,
        session_conditions=session_conditions(chosen, parameters),
    )
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query, parameters)
        return await cursor.fetchone() or {}
