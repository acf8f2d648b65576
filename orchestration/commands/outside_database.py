"""Tries the Postgres of `DWELLHOUSE_DATABASE_URL` as a start would use it, and changes nothing."""

from urllib.parse import unquote, urlsplit

import psycopg

from orchestration.runtime.warehouse import MINIMUM_VERSION, without_password
from orchestration.runtime.warehouse_urls import with_database
from serving.settings import PREFIX

SETTING = PREFIX + "DATABASE_URL"
# Where a start goes first, to make the roles and the two databases.
MAINTENANCE_DATABASE = "postgres"
CONNECT_SECONDS = 3
IS_SUPERUSER = "select rolsuper from pg_roles where rolname = current_user"
EXISTS = "select from pg_database where datname = %s"


def looked_at(url: str) -> tuple[str, str | None]:
    """Say what the server of `url` answers, and how to mend it; None where a start can use it."""
    place = without_password(url)
    maintenance = with_database(url, MAINTENANCE_DATABASE)
    try:
        with psycopg.connect(maintenance, connect_timeout=CONNECT_SECONDS) as connection:
            return _judged(connection, unquote(urlsplit(url).path[1:]), place)
    except psycopg.OperationalError as error:
        return f"{place} cannot be used: {' '.join(str(error).split())}", _remedy(str(error))


def _judged(connection: psycopg.Connection, database: str, place: str) -> tuple[str, str | None]:
    version = connection.info.server_version
    row = connection.execute(IS_SUPERUSER).fetchone()
    if version < MINIMUM_VERSION:
        return f"{place} is Postgres {version // 10000}", f"Set {SETTING} to a Postgres 15 or newer"
    if not (row and row[0]):
        remedy = f"Set {SETTING} to the URL of a superuser: it makes databases, roles and schemas"
        return f"{connection.info.user} is no superuser of {place}", remedy
    is_there = connection.execute(EXISTS, [database]).rowcount
    lacking = "" if is_there else f"; the first start makes its database {database}"
    return f"Postgres {version // 10000} answers at {place}{lacking}", None


def _remedy(error: str) -> str:
    """Tell by its text who has refused: connections that fail have no code."""
    if "FATAL" not in error:
        return f"Start that server, or correct host and port in {SETTING}"
    if f'database "{MAINTENANCE_DATABASE}" does not exist' in error:
        return f"Create the database {MAINTENANCE_DATABASE} there: a start makes the others from it"
    return f"Correct user and password in {SETTING}, or let them in in that server's pg_hba.conf"
