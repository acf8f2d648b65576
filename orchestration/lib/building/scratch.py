"""Where all tables are made anew beside those that are read, and how they take their places."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import LiteralString

import psycopg
from psycopg import sql

from orchestration.lib.foreseen_error import ForeseenError
from orchestration.lib.statements import statement

SCRATCH = "scratch"
LOCK = sql.SQL("lock table {} in access exclusive mode")
DROP = sql.SQL("drop {} if exists {} cascade")
MOVE = sql.SQL("alter {} {} set schema {}")
GRANT = sql.SQL("grant {} on {} to {}")
AS_PATIENT_AS_EVER = sql.SQL("set local lock_timeout to default")
KINDS: dict[str, LiteralString] = {"r": "table", "v": "view"}  # by their name in pg_class
# Who waits for a lock has later readers wait behind it, so nobody waits for longer.
LOCK_TIMEOUT = "20ms"
PAUSE_SECONDS = 0.1
PATIENCE_SECONDS = 300.0


class TableInUseError(ForeseenError):
    """A transaction has read a table for longer than a build is patient; the text names it."""


@contextmanager
def emptied(connection: psycopg.Connection) -> Iterator[None]:
    """Have the schema empty for a block, and after it; only a superuser could make it anew."""
    _clear(connection)
    try:
        yield
    finally:
        if not connection.closed:
            _clear(connection)


@contextmanager
def in_place(connection: psycopg.Connection, homes: Mapping[str, str]) -> Iterator[None]:
    """Move all that was made to its home, a schema for each name, in one transaction.

    What the block does is part of it. Raises TableInUseError where readers stay for too long.
    """
    with connection.transaction():
        _move_in_time(connection, homes)
        yield


def _move_in_time(connection: psycopg.Connection, homes: Mapping[str, str]) -> None:
    """Step back where a reader is in the way, let those behind pass, and try again."""
    move = _move(connection, homes)
    give_up_at = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            with connection.transaction():
                connection.execute(sql.SQL("set local lock_timeout = {}").format(LOCK_TIMEOUT))
                connection.execute(move)
        except psycopg.errors.LockNotAvailable as error:
            if time.monotonic() > give_up_at:
                raise TableInUseError(_in_use(connection)) from error
            time.sleep(PAUSE_SECONDS)
        else:
            return


def _move(connection: psycopg.Connection, homes: Mapping[str, str]) -> sql.Composed:
    """Give all statements as one message, so that readers do not wait for more than the move.

    Tables are locked in the order of their names, as the API locks them.
    """
    made = _relations(connection, SCRATCH)
    there = {home: _relations(connection, home) for home in sorted({*homes.values()})}
    rights = {home: _default_rights(connection, home) for home in there}
    replaced = [
        (sql.Identifier(home, name), kind) for home, relations in there.items()
        for name, kind in relations.items() if name in made and homes[name] == home
    ]  # fmt: skip
    locks = [LOCK.format(table) for table, kind in replaced if kind == "table"]
    drops = [DROP.format(sql.SQL(kind), relation) for relation, kind in replaced]
    moves = [
        MOVE.format(sql.SQL(kind), sql.Identifier(SCRATCH, name), sql.Identifier(homes[name]))
        for name, kind in made.items()
    ]
    grants = [
        GRANT.format(sql.SQL(right), sql.Identifier(homes[name], name), sql.Identifier(role))
        for name in made for right, role in rights[homes[name]]
    ]  # fmt: skip
    return sql.SQL(";\n").join([*locks, *drops, *moves, *grants, AS_PATIENT_AS_EVER])


def _relations(connection: psycopg.Connection, schema: str) -> dict[str, LiteralString]:
    """Give the kind of each table and view of a schema, in the order of their names."""
    rows = connection.execute(statement("relations"), {"schema": schema}).fetchall()
    return {name: KINDS[kind] for name, kind in rows}


def _default_rights(connection: psycopg.Connection, schema: str) -> list[tuple[LiteralString, str]]:
    """Give each right, and the role that has it, on a table that is made in that schema."""
    return connection.execute(statement("default_rights"), {"schema": schema}).fetchall()


def _clear(connection: psycopg.Connection) -> None:
    for name, kind in _relations(connection, SCRATCH).items():
        connection.execute(DROP.format(sql.SQL(kind), sql.Identifier(SCRATCH, name)))


def _in_use(connection: psycopg.Connection) -> str:
    row = connection.execute(statement("tables_in_use")).fetchone()
    assert row is not None  # an aggregate
    tables = row[0] or "A table of the marts"
    return f"{tables} is in use; end the transaction that reads it"
