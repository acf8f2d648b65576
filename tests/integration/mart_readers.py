"""Readers of the marts while builds go on, and what they may have seen."""

import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from multiprocessing.synchronize import Event
from typing import NamedTuple

import psycopg

LONGEST_WAIT = "100ms"
TABLES = """
select tablename from pg_tables
where schemaname = 'marts' and tablename <> 'data_versions' order by tablename
"""
CONTENT = """
select (select max(version) from marts.data_versions), md5(string_agg(m::text, e'\\n' order by m::text))
from marts.{} as m
"""  # noqa: E501

Contents = Mapping[str, str | None]


_ended: Event


class Look(NamedTuple):
    """A table as one statement saw it, and the version that was published then."""

    table: str
    version: int
    content: str | None


def tables_of(connection: psycopg.Connection) -> list[str]:
    """Give the marts that builds write; views show the ledger as it is."""
    return [name for (name,) in connection.execute(TABLES)]


def look(connection: psycopg.Connection, table: str) -> Look:
    """Read all of a table."""
    row = connection.execute(CONTENT.format(table)).fetchone()
    assert row is not None
    return Look(table, *row)


def contents(connection: psycopg.Connection, tables: Sequence[str]) -> Contents:
    """Read all of each table."""
    return {table: look(connection, table).content for table in tables}


def _until(ended: Event) -> None:
    """Have this process poll until the event is set."""
    global _ended
    _ended = ended


def poll(url: str, tables: Sequence[str]) -> list[Look]:
    """Read one table after the other, again and again; give what was seen."""
    looks = []
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"set lock_timeout = '{LONGEST_WAIT}'")
        while not _ended.is_set():
            looks += [look(connection, table) for table in tables]
    return looks


@contextmanager
def polling(
    url: str, tables: Sequence[str], readers: int
) -> Iterator[Callable[[], list[list[Look]]]]:
    """Read one table after the other until the end of the block; then give what each reader saw.

    A reader that would wait for a lock longer than `LONGEST_WAIT` fails in place of waiting: so a
    busy machine is no reason to fail. They are processes of their own, as readers are: in that of
    the builds, they would have those wait for the interpreter while they hold their locks.
    """
    afresh = multiprocessing.get_context("spawn")  # a fork would take dbt's threads half along
    ended = afresh.Event()
    with ProcessPoolExecutor(readers, afresh, _until, (ended,)) as processes:
        starts = range(0, len(tables), -(-len(tables) // readers))
        futures = [
            processes.submit(poll, url, [*tables[first:], *tables[:first]]) for first in starts
        ]
        try:
            yield lambda: [future.result() for future in futures]
        finally:
            ended.set()


@contextmanager
def long_transaction(
    url: str, tables: Sequence[str], seconds: float, counting: threading.Event
) -> Iterator[Future[float]]:
    """Read all tables, stay in the transaction, read them again: they must be the same.

    The seconds count from `counting`. Gives the instant of its end, by the monotonic clock, once it
    has begun.
    """
    began = threading.Event()

    def hold() -> float:
        with psycopg.connect(url) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            before = contents(connection, tables)
            began.set()
            counting.wait(60)
            time.sleep(seconds)
            assert contents(connection, tables) == before
            return time.monotonic()

    with ThreadPoolExecutor(1) as thread:
        future = thread.submit(hold)
        assert began.wait(60)
        yield future


def assert_whole_tables(looks: Sequence[Look], states: Mapping[int, Contents]) -> None:
    """Hold what one reader saw to what builds left, by version; versions do not go back."""
    latest = 0
    for seen in looks:
        assert seen.version >= latest, f"version {seen.version} after {latest}"
        latest = seen.version
        is_of_version = states[latest][seen.table] == seen.content
        assert is_of_version, f"{seen.table} is not as version {latest} left it"
