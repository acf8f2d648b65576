"""The facts as listings; names and types are those of the contract."""

from psycopg import sql

from serving.queries.listing import Column, Listing

SESSIONS = Listing(
    table=sql.Identifier("marts", "fct_sessions"),
    columns={
        "session_id": Column("uuid"),
        "person_id": Column("text"),
        "camera_id": Column("text"),
        "site_id": Column("text"),
        "entry_at": Column("timestamptz"),
        "exit_at": Column("timestamptz", is_nullable=True),
        "dwell_seconds": Column("double precision", is_nullable=True),
        "session_status": Column("text"),
    },
    key="session_id",
    default_sort="entry_at,session_id",
)

EVENTS = Listing(
    table=sql.Identifier("marts", "fct_events"),
    columns={
        "event_id": Column("uuid"),
        "person_id": Column("text"),
        "camera_id": Column("text"),
        "site_id": Column("text"),
        "event_at": Column("timestamptz"),
        "event_type": Column("text"),
        "is_entry": Column("boolean"),
        "is_exit": Column("boolean"),
        "session_id": Column("uuid", is_nullable=True),
        "dwell_seconds": Column("double precision", is_nullable=True),
        "load_id": Column("bigint"),
    },
    key="event_id",
    default_sort="event_at,event_id",
)
