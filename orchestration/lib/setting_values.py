"""What a setting of the database may hold; each says what to write in place of what it refuses."""

import re
from typing import Annotated
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator

# Postgres cuts names at 63 bytes; the longest that follows a prefix is `transformer`.
LONGEST_PREFIX = 52
ROLE_PREFIX = re.compile(rf"(?!pg_)([A-Za-z_][A-Za-z0-9_-]{{0,{LONGEST_PREFIX - 1}}})?")


def _database_url(url: str) -> str | None:
    """Give the URL back, None for an empty one; what is refused is not told: it may be secret."""
    if url and not _is_of_a_postgres(url):
        message = (
            "this is no address of a Postgres; write it like "
            "postgresql://USER:PASSWORD@HOST:5432/DATABASE, with %40 for an @ in the password "
            "and so on (the value is not shown, as it may hold a password)"
        )
        raise ValueError(message)
    return url or None


def _is_of_a_postgres(url: str) -> bool:
    from psycopg import ProgrammingError  # who has the embedded one does not wait for it
    from psycopg.conninfo import conninfo_to_dict

    try:
        parts = urlsplit(url)
        conninfo_to_dict(url)
        is_whole = bool(parts.hostname and parts.port != 0 and unquote(parts.path.lstrip("/")))
        # Postgres' own library takes the first @ for the end of the password, others the last.
        return parts.scheme == "postgresql" and is_whole and parts.netloc.count("@") <= 1
    except (ProgrammingError, ValueError):
        return False


def _role_prefix(prefix: str) -> str:
    if not ROLE_PREFIX.fullmatch(prefix):
        message = (
            f"names of roles cannot begin with it; write up to {LONGEST_PREFIX} letters, digits, "
            "- and _, a letter or _ first, and not pg_, like shop_"
        )
        raise ValueError(message)
    return prefix


DatabaseUrl = Annotated[str, AfterValidator(_database_url)]
RolePrefix = Annotated[str, AfterValidator(_role_prefix)]
