"""Flows between cameras."""

from serving.chosen import Chosen
from serving.queries.conditions import transition_conditions, walk_conditions
from serving.queries.listing import Column, Listing, Rows, Statement
from serving.queries.statements import Parameters, statement

TRANSITIONS = Listing(
    columns={
        "site_id": Column("text"),
        "from_camera_id": Column("text"),
        "to_camera_id": Column("text"),
        "transitions": Column("bigint"),
        "median_transit_seconds": Column("double precision", is_nullable=True),
    },
    key=("site_id", "from_camera_id", "to_camera_id"),
    default_sort="-transitions,site_id,from_camera_id,to_camera_id",
)


def transitions_of(chosen: Chosen) -> Rows:
    """Give a row for each two cameras that somebody went between."""

    def rows(parameters: Parameters) -> Statement:
        return statement("transitions").format(
            visits=walk_conditions(chosen, parameters),
            conditions=transition_conditions(chosen, parameters),
        )

    return rows
