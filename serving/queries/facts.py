"""The facts as listings; names and types are those of the contract."""

from functools import partial

from serving.chosen import Chosen
from serving.queries.conditions import event_conditions, session_conditions, visit_conditions
from serving.queries.listing import Column, Listing, Rows, rows_of

SESSIONS = Listing(
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
    key=("session_id",),
    default_sort="entry_at,session_id",
)

EVENTS = Listing(
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
    key=("event_id",),
    default_sort="event_at,event_id",
)

VISITS = Listing(
    columns={
        "visit_id": Column("uuid"),
        "person_id": Column("text"),
        "site_id": Column("text"),
        "started_at": Column("timestamptz"),
        "ended_at": Column("timestamptz"),
        "duration_seconds": Column("double precision"),
        "session_count": Column("bigint"),
        "camera_count": Column("bigint"),
        "first_camera_id": Column("text"),
        "last_camera_id": Column("text"),
        "is_returning": Column("boolean"),
    },
    key=("visit_id",),
    default_sort="started_at,visit_id",
)


def sessions_of(chosen: Chosen) -> Rows:
    """Give the sessions that fit."""
    return rows_of("fct_sessions", partial(session_conditions, chosen))


def events_of(chosen: Chosen) -> Rows:
    """Give the events that fit."""
    return rows_of("fct_events", partial(event_conditions, chosen))


def visits_of(chosen: Chosen) -> Rows:
    """Give the visits that fit."""
    return rows_of("fct_visits", partial(visit_conditions, chosen))
