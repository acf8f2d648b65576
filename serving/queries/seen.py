"""Who was seen where on which day, in a range that is split into whole hours and a rest."""

from psycopg import sql

from serving.queries.buckets import bucket_date
from serving.queries.conditions import event_conditions, stored_conditions
from serving.queries.split_range import SplitRange
from serving.queries.statements import NO_ROW, Parameters, statement


def seen(split: SplitRange, parameters: Parameters) -> sql.Composed:
    """Give the CTEs up to `seen`, with the columns person, camera, site, local_day and events."""
    hours, rest = split.whole, split.rest
    return statement("seen").format(
        hour_conditions=stored_conditions(hours, parameters) if hours else NO_ROW,
        event_conditions=event_conditions(rest, parameters) if rest else NO_ROW,
        local_day=bucket_date(sql.SQL("matching.event_at"), sql.SQL("sites.timezone")),
    )
