"""Connections to Dagster's database that stay open."""

import time

import psycopg2
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry

# One, and one for what is asked in the middle of another answer.
IDLE_CONNECTIONS = 2
MORE_CONNECTIONS = 20
# A server is not down and up again in less, so a connection that was good just now is good. To ask
# before each use would be a third of all messages of a run.
TRUSTED_SECONDS = 0.25
# A crash of the server may cost the last moment of history, and all of it back to one instant. What
# loads and builds have done is told by the ledger and the data versions, which do wait.
NOT_WAITING_FOR_THE_DISK = "-c synchronous_commit=off"


def kept_connections(url: str, statement_timeout: int | None = None) -> Engine:
    """Give an engine whose connections stay, and are replaced once the server has cut them.

    `statement_timeout` is in milliseconds.
    """
    options = NOT_WAITING_FOR_THE_DISK
    if statement_timeout is not None:
        options += f" -c statement_timeout={statement_timeout}"
    engine = create_engine(
        url, isolation_level="AUTOCOMMIT", pool_size=IDLE_CONNECTIONS,
        max_overflow=MORE_CONNECTIONS, connect_args={"options": options},
    )  # fmt: skip
    event.listen(engine, "checkin", _returned)
    event.listen(engine, "checkout", _asked_if_idle)
    return engine


def _returned(_connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
    record.info["returned_at"] = time.monotonic()


def _asked_if_idle(
    connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: object
) -> None:
    """Have SQLAlchemy connect anew where a connection that was not used for a while is cut."""
    if time.monotonic() - record.info.get("returned_at", time.monotonic()) < TRUSTED_SECONDS:
        return
    try:
        connection.cursor().execute("select")
    except psycopg2.Error as error:
        raise DisconnectionError from error
