"""Replaces parts of dbt, so that it does not log in for each node and threads do not compete.

A new process of the server learns of all tables that it meets. So within one command a thread's
next node uses the connection of the one before, as dbt's adapter for Snowflake offers by
`reuse_connections`; or all threads use one that is lent, in a transaction not theirs to end, and
work by turns.
"""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress

import psycopg
import psycopg2
from dbt.adapters.contracts.connection import Connection, ConnectionState
from dbt.adapters.postgres.connections import PostgresConnectionManager
from dbt.artifacts.schemas.run import RunResult
from dbt.task.base import BaseRunner
from dbt.task.runnable import GraphRunnableTask

from orchestration.lib.building.dbt_internals.turns import Turn
from orchestration.lib.building.dbt_result import GIVEN_UP

_release = PostgresConnectionManager.release
_open = PostgresConnectionManager.open
_skips_transactions = PostgresConnectionManager._should_skip_transaction_statements
_call_runner = GraphRunnableTask.call_runner

_turn = Turn()
_lent: psycopg.Connection | None = None


def keep_connections() -> None:
    """Let connections stay open while a command of this process or of its forks runs."""
    PostgresConnectionManager.release = _release_to_the_next
    PostgresConnectionManager.open = classmethod(_open_or_lend)
    PostgresConnectionManager._should_skip_transaction_statements = _is_lent_or_skips
    GraphRunnableTask.call_runner = _call_in_turn


@contextmanager
def lent(connection: psycopg.Connection | None) -> Iterator[None]:
    """Have dbt do all it does on this connection, if there is one, until the end of the block.

    Its threads work by turns: while one waits for the server, another prepares what comes next.
    """
    global _lent
    _lent = connection
    try:
        yield
    finally:
        _lent = None


class _Cursor:
    """What dbt uses of a cursor of psycopg2, and its errors, by one of psycopg 3."""

    def __init__(self, cursor: psycopg.Cursor) -> None:
        self._cursor = cursor

    def execute(self, query: str, bindings: object = None) -> None:
        """Run all statements of a text; the last one's result is what counts."""
        assert bindings is None  # only seeds have some
        try:
            with _turn.passed_on():
                self._cursor.execute(query.encode())
            while self._cursor.nextset():
                pass
        except psycopg.errors.InFailedSqlTransaction as error:
            raise psycopg2.DatabaseError(GIVEN_UP) from error
        except psycopg.Error as error:
            raise psycopg2.DatabaseError(str(error)) from error

    def __getattr__(self, name: str) -> object:
        return getattr(self._cursor, name)


class _Handle:
    """A connection as dbt's threads see it: theirs to use, not to end."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def cursor(self) -> _Cursor:
        return _Cursor(self._connection.cursor())

    @property
    def closed(self) -> bool:
        return self._connection.closed

    def close(self) -> None:
        """Leave it to its owner, as with `rollback`."""

    rollback = close


def _open_or_lend(manager: type[PostgresConnectionManager], connection: Connection) -> Connection:
    if _lent is None:
        return _open.__func__(manager, connection)
    connection.handle, connection.state = _Handle(_lent), ConnectionState.OPEN
    return connection


def _is_lent_or_skips(manager: PostgresConnectionManager) -> bool:
    return _lent is not None or _skips_transactions(manager)


def _call_in_turn(task: GraphRunnableTask, runner: BaseRunner) -> RunResult:
    with _turn.taken() if _lent is not None else nullcontext():
        return _call_runner(task, runner)


def _release_to_the_next(manager: PostgresConnectionManager) -> None:
    connection = manager.get_if_exists()
    if connection is None or connection.state != ConnectionState.OPEN:
        return
    if connection.transaction_open:
        manager.rollback_if_open()
    with suppress(psycopg2.Error):  # a transaction of psycopg2's own, which a failed node left
        connection.handle.rollback()
    if connection.handle.closed:  # the server has ended it
        _release(manager)
