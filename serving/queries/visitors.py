"""Who came: by age group and gender, again and again, and who is inside."""

from datetime import datetime

from psycopg import sql
from psycopg.rows import dict_row

from serving.chosen import Chosen
from serving.queries.buckets import bucket_date
from serving.queries.conditions import event_conditions, session_conditions
from serving.queries.listing import Column, Listing, Rows, Statement
from serving.queries.seen import seen
from serving.queries.split_range import SplitRange
from serving.queries.statements import Connection, Parameters, statement

DEMOGRAPHICS = Listing(
    columns={
        "age_group": Column("text"),
        "gender": Column("text"),
        "unique_visitors": Column("bigint"),
        "share": Column("double precision"),
        "closed_sessions": Column("bigint"),
        "total_dwell_seconds": Column("double precision", is_nullable=True),
        "avg_dwell_seconds": Column("double precision", is_nullable=True),
        "median_dwell_seconds": Column("double precision", is_nullable=True),
        "max_dwell_seconds": Column("double precision", is_nullable=True),
    },
    key=("age_group", "gender"),
    default_sort="age_group,gender",
)

REPEAT_VISITORS = Listing(
    columns={
        "person_id": Column("text"),
        "visit_days": Column("bigint"),
        "total_events": Column("bigint"),
        "first_event_at": Column("timestamptz"),
        "last_event_at": Column("timestamptz"),
        "closed_sessions": Column("bigint"),
        "total_dwell_seconds": Column("double precision", is_nullable=True),
    },
    key=("person_id",),
    default_sort="-visit_days,-total_events,person_id",
)

INSIDE = Listing(
    columns={
        "session_id": Column("uuid"),
        "person_id": Column("text"),
        "camera_id": Column("text"),
        "site_id": Column("text"),
        "entry_at": Column("timestamptz"),
        "inside_seconds": Column("double precision"),
    },
    key=("session_id",),
    default_sort="entry_at,session_id",
)


def demographics_of(split: SplitRange) -> Rows:
    """Give a row for each age group and gender of those with a fitting event."""

    def rows(parameters: Parameters) -> Statement:
        return statement("demographics").format(
            seen=seen(split, parameters),
            session_conditions=session_conditions(split.chosen, parameters),
        )

    return rows


def repeat_visitors_of(chosen: Chosen) -> Rows:
    """Give a row for each person with fitting events on two or more days of the site."""

    def rows(parameters: Parameters) -> Statement:
        return statement("repeat_visitors").format(
            local_day=bucket_date(sql.SQL("matching.event_at"), sql.SQL("sites.timezone")),
            event_conditions=event_conditions(chosen, parameters),
            session_conditions=session_conditions(chosen, parameters),
        )

    return rows


def inside_of(chosen: Chosen, clock: datetime | None) -> Rows:
    """Give a row for each open session that began until `clock`: the first page's, on all pages."""

    def rows(parameters: Parameters) -> Statement:
        return statement("inside").format(
            conditions=session_conditions(chosen, parameters), clock=parameters.bind(clock)
        )

    return rows


async def count_inside(
    connection: Connection, chosen: Chosen, clock: datetime | None
) -> dict[str, object]:
    """Count the persons who are inside: in all, at each site, under each camera."""
    parameters = Parameters()
    query = statement("inside_counts").format(
        conditions=session_conditions(chosen, parameters), clock=parameters.bind(clock)
    )
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(query, parameters)
        rows = await cursor.fetchall()
    levels: dict[int, list[dict[str, object]]] = {0: [], 1: [], 3: []}
    for row in rows:
        level = int(row.pop("level"))
        known = {name: value for name, value in row.items() if value is not None}
        levels[level].append(known)
    persons = levels[3][0]["persons"] if levels[3] else 0
    return {"persons": persons, "sites": levels[1], "cameras": levels[0]}
