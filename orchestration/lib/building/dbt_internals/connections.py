"""Replaces `PostgresConnectionManager.release`, so that connections are kept from node to node.

dbt logs in anew for each model and test, and each time a new process of the server learns of all
tables that it meets. Within one command a thread's next node may as well use the connection of
the one before, as dbt's adapter for Snowflake offers by `reuse_connections`. dbt closes them in the
end.
"""

from dbt.adapters.contracts.connection import ConnectionState
from dbt.adapters.postgres.connections import PostgresConnectionManager

_release = PostgresConnectionManager.release


def keep_connections() -> None:
    """Let connections stay open while a command of this process or of its forks runs."""
    PostgresConnectionManager.release = _release_to_the_next


def _release_to_the_next(manager: PostgresConnectionManager) -> None:
    connection = manager.get_if_exists()
    if connection is None or connection.state != ConnectionState.OPEN:
        return
    if connection.transaction_open:
        manager.rollback_if_open()
    if connection.handle.closed:  # the server has ended it
        _release(manager)
