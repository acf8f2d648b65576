"""The dimensions as listings; names and types are those of the contract."""

from psycopg import sql

from serving.queries.listing import Column, Listing

CAMERAS = Listing(
    table=sql.Identifier("marts", "dim_cameras"),
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
    key="camera_id",
    default_sort="camera_id",
)
