"""How dbt learns where the warehouse is: environment variables, set for one call."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import parse_qsl, unquote, urlsplit

from psycopg.pq import Conninfo

# A reader that lasts longer than this fails the build, in place of holding up all other readers.
LOCK_TIMEOUT = "15s"

# The publication after a build waits for the disk, and with it for all that was committed before.
SESSION = f"-c lock_timeout={LOCK_TIMEOUT} -c timezone=UTC -c synchronous_commit=off"


@contextmanager
def dbt_environment(url: str) -> Iterator[None]:
    """Let dbt's profile, and libpq below it, find the database of `url` until the end of the block.

    What libpq knows by an environment variable (`sslmode`, ...) may follow in the URL's query.
    """
    changes = _variables(url)
    before = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def database_of(url: str) -> str:
    """Give the name of the database that a URL leads to."""
    return unquote(urlsplit(url).path.lstrip("/"))


def _variables(url: str) -> dict[str, str]:
    parts = urlsplit(url)
    names = {option.keyword: option.envvar for option in Conninfo.get_defaults()}
    asked = [(names.get(name.encode()), value) for name, value in parse_qsl(parts.query)]
    libpq = {name.decode(): value for name, value in asked if name}
    return libpq | {
        "DBT_HOST": parts.hostname or "127.0.0.1",
        "DBT_PORT": str(parts.port or 5432),
        "DBT_USER": unquote(parts.username or ""),
        "DBT_ENV_SECRET_PASSWORD": unquote(parts.password or ""),
        "DBT_NAME": database_of(url),
        "PGOPTIONS": f"{libpq.get('PGOPTIONS', '')} {SESSION}".strip(),
        "DO_NOT_TRACK": "1",
    }
