"""A lock on sessions: whoever reads them waits, so what is answered meanwhile comes from memory."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg

from orchestration.runtime.warehouse_urls import Warehouse
from tests.waiting import until

PATIENCE_SECONDS = 10
# A transaction has one number for as long as it lasts; the next one of its connection has another.
WAITING = """
select virtualtransaction
from pg_locks
where not granted and relation = 'marts.fct_sessions'::regclass
"""


@contextmanager
def sessions_locked(warehouse: Warehouse) -> Iterator[psycopg.Connection]:
    """Lock the sessions until the end of the block, or until the connection is rolled back."""
    with psycopg.connect(warehouse.transformer) as connection:
        connection.execute("lock table marts.fct_sessions in access exclusive mode")
        yield connection
        connection.rollback()


def waiting_queries(connection: psycopg.Connection) -> set[str]:
    """Give the transactions that wait for the sessions at this moment."""
    return {transaction for (transaction,) in connection.execute(WAITING)}


def until_a_query_waits(connection: psycopg.Connection) -> None:
    until(lambda: waiting_queries(connection), PATIENCE_SECONDS)
