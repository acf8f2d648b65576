"""What Postgres' planner knows of tables that builds add to: renewed once readers have the rows.

Autovacuum looks once a minute, which is late for the joins of the next builds.
"""

from contextlib import suppress

import psycopg
from psycopg import sql

from orchestration.lib.statements import statement

# Roughly how many rows there are of a key is enough: a fifth of the usual sample.
RENEW = sql.SQL("""
set default_statistics_target = 20;
analyze (skip_locked) {};
reset default_statistics_target
""")


def outdated(connection: psycopg.Connection) -> list[sql.Identifier]:
    """Give the tables that have changed by more than a fifth, the open transaction included."""
    found = connection.execute(statement("outdated_statistics")).fetchall()
    return [sql.Identifier(schema, table) for schema, table in found]


def renew(connection: psycopg.Connection, tables: list[sql.Identifier]) -> None:
    """Analyze the tables; what cannot be done now is left to the next build.

    One that is locked is passed over. An error is no failure of what is published already.
    """
    if tables:
        with suppress(psycopg.Error):
            connection.execute(RENEW.format(sql.SQL(", ").join(tables)))
