"""Who was seen where on which day, in a range that is split into whole hours and a rest."""

from dataclasses import dataclass

from psycopg import sql

from serving.chosen import Chosen
from serving.queries.buckets import bucket_date
from serving.queries.conditions import event_conditions, person_hour_conditions
from serving.queries.statements import Parameters, statement

NOTHING = sql.SQL("false")


@dataclass(frozen=True)
class SplitRange:
    """What is chosen: `hours` of it are stored, the `rest` is told by the events themselves."""

    chosen: Chosen
    hours: Chosen | None
    rest: Chosen | None


def seen(split: SplitRange, parameters: Parameters) -> sql.Composed:
    """Give the CTEs up to `seen`, with the columns person, camera, site, local_day and events."""
    hours, rest = split.hours, split.rest
    return statement("seen").format(
        hour_conditions=person_hour_conditions(hours, parameters) if hours else NOTHING,
        event_conditions=event_conditions(rest, parameters) if rest else NOTHING,
        local_day=bucket_date(sql.SQL("matching.event_at"), sql.SQL("sites.timezone")),
    )
