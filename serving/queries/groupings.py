"""What sessions can be grouped by: a column for each, and what has to be joined for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

from psycopg import sql

from serving.choices import CameraOrSite
from serving.queries.buckets import bucket_date, hour_start
from serving.queries.listing import Column, Type
from serving.queries.statements import Parameters

Grouping = Literal[
    "camera", "site", "person", "hour", "day", "week", "hour_of_day", "weekday", "age_group",
    "gender", "category",
]  # fmt: skip
# Looked up, for no text of a request becomes part of a statement.
ID_COLUMNS: dict[CameraOrSite, sql.Identifier] = {
    "camera": sql.Identifier("camera_id"),
    "site": sql.Identifier("site_id"),
}
GROUPINGS: tuple[Grouping, ...] = get_args(Grouping)


@dataclass(frozen=True)
class Group:
    """A column to group by; its expression may name `{hour}`, `{date}` and `{zone}`."""

    column: str
    type: Type
    expression: sql.SQL
    joins: tuple[str, ...] = ()


SITES = "inner join marts.dim_sites as sites on chosen.site_id = sites.site_id"
CAMERAS = "inner join marts.dim_cameras as cameras on chosen.camera_id = cameras.camera_id"
PERSONS = "inner join marts.dim_persons as persons on chosen.person_id = persons.person_id"
JOINS = {"sites": sql.SQL(SITES), "cameras": sql.SQL(CAMERAS), "persons": sql.SQL(PERSONS)}
ENTRY = sql.SQL("chosen.entry_at")

GROUPS: dict[Grouping, Group] = {
    "camera": Group("camera_id", "text", sql.SQL("chosen.camera_id")),
    "site": Group("site_id", "text", sql.SQL("chosen.site_id")),
    "person": Group("person_id", "text", sql.SQL("chosen.person_id")),
    "hour": Group("hour", "timestamptz", sql.SQL("{hour}"), ("sites",)),
    "day": Group("day", "date", sql.SQL("{date}"), ("sites",)),
    "week": Group(
        "week", "date", sql.SQL("date_trunc('week', {date}::timestamp)::date"), ("sites",)
    ),
    "hour_of_day": Group(
        "hour_of_day",
        "integer",
        sql.SQL("extract(hour from chosen.entry_at at time zone {zone})::integer"),
        ("sites",),
    ),
    "weekday": Group(
        "weekday", "integer", sql.SQL("extract(isodow from {date})::integer"), ("sites",)
    ),
    "age_group": Group(
        "age_group", "text", sql.SQL("coalesce(persons.age_group, 'unknown')"), ("persons",)
    ),
    "gender": Group("gender", "text", sql.SQL("coalesce(persons.gender, 'unknown')"), ("persons",)),
    "category": Group("category", "text", sql.SQL("cameras.category"), ("cameras",)),
}


def group_columns(groupings: Sequence[Grouping]) -> dict[str, Column]:
    """Give the columns to group by."""
    return {GROUPS[name].column: Column(GROUPS[name].type) for name in groupings}


def group_names(groupings: Sequence[Grouping]) -> sql.Composed:
    """Give the names of the columns to group by."""
    return sql.SQL(", ").join(sql.Identifier(GROUPS[name].column) for name in groupings)


def group_expressions(
    groupings: Sequence[Grouping], zone: str | None, parameters: Parameters
) -> sql.Composed:
    """Give the columns to group by, in the zone or else in that of each site."""
    applied: sql.Composable = sql.SQL("sites.timezone")
    if zone is not None:
        applied = sql.SQL("{}::text").format(parameters.bind(zone))
    parts = {
        "zone": applied,
        "hour": hour_start(ENTRY, applied),
        "date": bucket_date(ENTRY, applied),
    }
    return sql.SQL(", ").join(
        sql.SQL("{} as {}").format(
            GROUPS[name].expression.format(**parts), sql.Identifier(GROUPS[name].column)
        )
        for name in groupings
    )


def group_joins(groupings: Sequence[Grouping]) -> sql.Composed:
    """Give the joins that the columns need."""
    needed = dict.fromkeys(join for name in groupings for join in GROUPS[name].joins)
    return sql.SQL("\n").join(JOINS[join] for join in needed)
