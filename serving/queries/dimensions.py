"""The dimensions as listings; names and types are those of the contract."""

from functools import partial

from serving.chosen import Chosen
from serving.queries.conditions import camera_conditions, person_conditions, site_conditions
from serving.queries.listing import Column, Listing, Rows, rows_of

CAMERAS = Listing(
    columns={
        "camera_id": Column("text"),
        "site_id": Column("text"),
        "camera_name": Column("text", is_nullable=True),
        "zone": Column("text", is_nullable=True),
        "category": Column("text"),
        "first_event_at": Column("timestamptz", is_nullable=True),
        "last_event_at": Column("timestamptz", is_nullable=True),
        "event_count": Column("bigint"),
    },
    key=("camera_id",),
    default_sort="camera_id",
)

SITES = Listing(
    columns={
        "site_id": Column("text"),
        "site_name": Column("text", is_nullable=True),
        "timezone": Column("text"),
        "camera_count": Column("bigint"),
    },
    key=("site_id",),
    default_sort="site_id",
)

PERSONS = Listing(
    columns={
        "person_id": Column("text"),
        "first_event_at": Column("timestamptz"),
        "last_event_at": Column("timestamptz"),
        "event_count": Column("bigint"),
        "closed_sessions": Column("bigint"),
        "missing_exits": Column("bigint"),
        "visit_count": Column("bigint"),
        "visit_days": Column("bigint"),
        "total_dwell_seconds": Column("double precision", is_nullable=True),
        "avg_dwell_seconds": Column("double precision", is_nullable=True),
        "median_dwell_seconds": Column("double precision", is_nullable=True),
        "max_dwell_seconds": Column("double precision", is_nullable=True),
        "age_group": Column("text", is_nullable=True),
        "gender": Column("text", is_nullable=True),
        "is_repeat": Column("boolean"),
    },
    key=("person_id",),
    default_sort="person_id",
)


def cameras_of(chosen: Chosen) -> Rows:
    """Give the cameras that fit."""
    return rows_of("dim_cameras", partial(camera_conditions, chosen))


def sites_of(chosen: Chosen) -> Rows:
    """Give the sites that fit."""
    return rows_of("dim_sites", partial(site_conditions, chosen))


def persons_of(chosen: Chosen) -> Rows:
    """Give the persons that fit."""
    return rows_of("dim_persons", partial(person_conditions, chosen))
