"""Makes an empty Postgres into a warehouse: databases, roles, migrations; safe at each start.

Least privilege: `loader` writes raw, `transformer` reads raw and owns the models, `reader` reads
marts, `gatekeeper` knows the API's keys, `keymaster` makes them. Nothing of Dwellhouse works with
the superuser after this module is done.
"""

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import LiteralString, cast
from urllib.parse import quote, unquote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from orchestration.lib.chosen_folder import HOME, make_writable
from orchestration.runtime.embedded_postgres import EmbeddedPostgres, write_secret
from orchestration.runtime.warehouse_urls import (
    OF_THE_API,
    ROLES,
    Role,
    Warehouse,
    WarehouseError,
    with_database,
)
from orchestration.settings import Settings

MIGRATIONS = Path(__file__).parent / "migrations"
GRANTS = Path(__file__).parent / "grants.sql"
MODEL_SCHEMAS = ("seeds", "staging", "intermediate", "marts", "scratch")
MINIMUM_VERSION = 150000


@contextmanager
def open_warehouse(settings: Settings) -> Iterator[Warehouse]:
    """Give a ready warehouse: the one that the settings name, or the embedded one while in use."""
    make_writable(settings.home, HOME)
    if settings.database_url:
        yield prepare_warehouse(settings, settings.database_url)
        return
    with EmbeddedPostgres(settings.home).running() as server_url:
        yield prepare_warehouse(settings, with_database(server_url, "dwellhouse"))


def prepare_warehouse(settings: Settings, admin_url: str) -> Warehouse:
    """Create what is missing of the database of `admin_url` and write the roles' URLs to home."""
    database = unquote(urlsplit(admin_url).path.lstrip("/"))
    prefix = settings.role_prefix
    if prefix is None:
        prefix = f"{database}_" if settings.database_url else ""
    passwords = _passwords(settings.home)
    names = {role: prefix + role for role in ROLES}
    try:
        _create_databases(admin_url, database, names, passwords)
        with psycopg.connect(admin_url) as connection:
            # Starts at the same moment (a load beside a stack) take turns.
            connection.execute("select pg_advisory_xact_lock(hashtext('dwellhouse.prepare'))")
            _create_schemas(connection, names)
            _migrate(connection)
            _grant(connection, names)
            _forget_requests(connection, settings.audit_days)
    except psycopg.OperationalError as error:
        message = f"The database at {without_password(admin_url)} cannot be used: {error}"
        raise WarehouseError(message) from error
    except (
        psycopg.errors.InsufficientPrivilege,
        psycopg.errors.ReadOnlySqlTransaction,  # such as a reader's
    ) as error:
        message = (
            f"The user in DWELLHOUSE_DATABASE_URL may not prepare {without_password(admin_url)}: "
            f"{error.diag.message_primary}. Databases, roles and their rights are made by a "
            "superuser; set it to the URL of one."
        )
        raise WarehouseError(message) from error
    urls: dict[str, str] = {
        role: _with_login(admin_url, names[role], passwords[role]) for role in ROLES
    }
    urls["dagster"] = with_database(urls["dagster"], f"{database}_dagster")
    warehouse = Warehouse(**urls)
    secrets_folder = settings.home / "secrets"
    write_secret(secrets_folder / "warehouse.json", json.dumps(asdict(warehouse), indent=2))
    for role in OF_THE_API:
        write_secret(secrets_folder / f"{role}.url", urls[role])
    return warehouse


def _with_login(url: str, user: str, password: str) -> str:
    parts = urlsplit(url)
    address = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{quote(user)}:{quote(password)}@{address}"))


def without_password(url: str) -> str:
    """Give host, port and database of a URL, to be shown."""
    parts = urlsplit(url)
    return f"{parts.hostname}:{parts.port or 5432}{parts.path}"


def _passwords(home: Path) -> dict[str, str]:
    path = home / "secrets" / "roles.json"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    if not known.keys() >= set(ROLES):
        known = {role: secrets.token_urlsafe(24) for role in ROLES} | known
        write_secret(path, json.dumps(known))
    return cast("dict[str, str]", known)


def _create_databases(
    admin_url: str, database: str, names: dict[Role, str], passwords: dict[str, str]
) -> None:
    """Create the roles and both databases; `create database` cannot run in a transaction."""
    with psycopg.connect(with_database(admin_url, "postgres"), autocommit=True) as connection:
        if connection.info.server_version < MINIMUM_VERSION:
            message = f"Postgres 15 or newer is needed; this is {connection.info.server_version}"
            raise WarehouseError(message)
        connection.execute("select pg_advisory_lock(hashtext('dwellhouse.prepare'))")
        for role, name in names.items():
            exists = connection.execute("select from pg_roles where rolname = %s", [name]).rowcount
            verb = sql.SQL("alter" if exists else "create")
            statement = sql.SQL("{} role {} login password {}")
            connection.execute(statement.format(verb, sql.Identifier(name), passwords[role]))
        owned = {database: None, f"{database}_dagster": names["dagster"]}
        for name, owner in owned.items():
            query = "select from pg_database where datname = %s"
            if not connection.execute(query, [name]).rowcount:
                connection.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
            if owner:
                statement = sql.SQL("grant all on database {} to {}")
                connection.execute(statement.format(sql.Identifier(name), sql.Identifier(owner)))
        # Within the turn: two grants on one thing at a time fail.
        with psycopg.connect(with_database(admin_url, f"{database}_dagster")) as dagster:
            statement = sql.SQL("grant all on schema public to {}")
            dagster.execute(statement.format(sql.Identifier(names["dagster"])))


def _create_schemas(connection: psycopg.Connection, names: dict[Role, str]) -> None:
    for schema in ("raw", *MODEL_SCHEMAS):
        statement = sql.SQL("create schema if not exists {}")
        connection.execute(statement.format(sql.Identifier(schema)))
    for schema in MODEL_SCHEMAS:
        statement = sql.SQL("grant all on schema {} to {}")
        role = sql.Identifier(names["transformer"])
        connection.execute(statement.format(sql.Identifier(schema), role))


def _migrate(connection: psycopg.Connection) -> None:
    """Apply the migrations that this database has not seen, in the order of their numbers."""
    connection.execute(
        "create table if not exists raw.schema_migrations (name text primary key, "
        "applied_at timestamptz not null default clock_timestamp())"
    )
    done = {name for (name,) in connection.execute("select name from raw.schema_migrations")}
    for path in sorted(MIGRATIONS.glob("*.sql")):
        if path.stem not in done:
            connection.execute(_statements(path))
            connection.execute("insert into raw.schema_migrations (name) values (%s)", [path.stem])


def _grant(connection: psycopg.Connection, names: dict[Role, str]) -> None:
    """Give each role what it needs, whatever migrations have added; repeating it is harmless."""
    script = sql.SQL(_statements(GRANTS))
    roles: dict[str, sql.Identifier] = {role: sql.Identifier(name) for role, name in names.items()}
    connection.execute(script.format(**roles))


def _forget_requests(connection: psycopg.Connection, days: int) -> None:
    """Shorten the record of who asked the API what; no role could do so while the stack runs."""
    query = "delete from access.requests where asked_at < now() - make_interval(days => %s)"
    connection.execute(query, [days])


def _statements(path: Path) -> LiteralString:
    """Read the project's own SQL, which is as trustworthy as its code."""
    return path.read_text(encoding="utf-8")
