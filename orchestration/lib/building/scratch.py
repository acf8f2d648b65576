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
    replaced = [
        (home, name, kind) for home, kinds in there.items() for name, kind in kinds.items()
        if name in made and homes[name] == home
    ]  # fmt: skip
    tables = [sql.Identifier(home, name) for home, name, kind in replaced if kind == "table"]
    parts: list[sql.Composable] = [
        sql.SQL("lock table {} in access exclusive mode").format(table) for table in tables
    ]
    parts += [_dropped(*each) for each in replaced]
    for name, kind in made.items():
        move = sql.SQL("alter {} {} set schema {}")
        parts.append(
            move.format(sql.SQL(kind), sql.Identifier(SCRATCH, name), sql.Identifier(homes[name]))
        )
        parts += _granted(connection, homes[name], name)
    parts.append(sql.SQL("set local lock_timeout to default"))
    return sql.SQL(";\n").join(parts)


def _relations(connection: psycopg.Connection, schema: str) -> dict[str, LiteralString]:
    """Give the kind of each table and view of a schema, in the order of their names."""
    rows = connection.execute(statement("relations"), {"schema": schema}).fetchall()
    return {name: KINDS[kind] for name, kind in rows}


def _clear(connection: psycopg.Connection) -> None:
    for name, kind in _relations(connection, SCRATCH).items():
        connection.execute(_dropped(SCRATCH, name, kind))


def _dropped(schema: str, name: str, kind: LiteralString) -> sql.Composed:
    drop = sql.SQL("drop {} if exists {} cascade")
    return drop.format(sql.SQL(kind), sql.Identifier(schema, name))


def _granted(connection: psycopg.Connection, home: str, name: str) -> list[sql.Composed]:
    """Give the rights that a table has which is made in that schema."""
    rows = connection.execute(statement("default_privileges"), {"schema": home}).fetchall()
    return [
        sql.SQL("grant {} on {} to {}").format(
            sql.SQL(privilege), sql.Identifier(home, name), sql.Identifier(role)
        )
        for privilege, role in rows
    ]


def _in_use(connection: psycopg.Connection) -> str:
    row = connection.execute(statement("tables_in_use")).fetchone()
    assert row is not None  # an aggregate
    tables = row[0] or "A table of the marts"
    return f"{tables} is in use; end the transaction that reads it"
