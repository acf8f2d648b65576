"""The keys of the API, as whoever runs the stack makes and revokes them."""

import hashlib
import re
import secrets
import string
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from psycopg.rows import class_row

from orchestration.lib.foreseen_error import ForeseenError
from orchestration.lib.statements import statement
from orchestration.runtime.warehouse_urls import Warehouse

ID_ALPHABET = string.ascii_lowercase + string.digits
ID_LENGTH = 8
SECRET_BYTES = 32
LONGEST_NAME = 100


class ApiKeyError(ForeseenError):
    """What was asked of a key cannot be done; the text says why and what to do."""


@dataclass(frozen=True)
class KnownKey:
    """A key without its secret."""

    key_id: str
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None

    @property
    def state(self) -> str:
        """What the API makes of it now."""
        if self.revoked_at is not None:
            return "revoked"
        is_over = self.expires_at is not None and self.expires_at <= datetime.now(UTC)
        return "expired" if is_over else "valid"


def create_key(home: Path, name: str, scopes: Sequence[str], expires_at: datetime | None) -> str:
    """Make a key and give it; only the hash of its secret is kept.

    The id in it is no secret: it finds the key, so that secrets are only ever compared.
    """
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        message = f"Give the key a name of 1 to {LONGEST_NAME} printable characters."
        raise ApiKeyError(message)
    key_id = "".join(secrets.choice(ID_ALPHABET) for _ in range(ID_LENGTH))
    secret = secrets.token_urlsafe(SECRET_BYTES)
    digest = hashlib.sha256(secret.encode()).digest()
    with _keymaster(home) as connection:
        try:
            connection.execute(
                "insert into access.api_keys (key_id, name, secret_sha256, scopes, expires_at) "
                "values (%s, %s, %s, %s, %s)",
                [key_id, name, digest, sorted(set(scopes)), expires_at],
            )
        except psycopg.errors.UniqueViolation as error:
            message = f"There is a key {name!r} already; choose another name, or revoke it first."
            raise ApiKeyError(message) from error
    return f"dwh_{key_id}_{secret}"


def known_keys(home: Path) -> list[KnownKey]:
    """Give all keys, the latest first."""
    with _keymaster(home) as connection, connection.cursor(row_factory=class_row(KnownKey)) as rows:
        query = (
            "select key_id, name, scopes, created_at, expires_at, revoked_at "
            "from access.api_keys order by created_at desc"
        )
        return rows.execute(query).fetchall()


def revoke_key(home: Path, id_or_name: str) -> KnownKey:
    """Revoke the key of this id, or the valid one of this name; doing so again is harmless."""
    with _keymaster(home) as connection, connection.cursor(row_factory=class_row(KnownKey)) as rows:
        found = rows.execute(statement("revoke_key"), {"key": id_or_name}).fetchone()
    if found is None:
        message = f"There is no key {id_or_name!r} to revoke; dwellhouse keys list shows them."
        raise ApiKeyError(message)
    return found


def parsed_expiry(text: str) -> datetime | None:
    """Read `90d`, a date (until its end, in UTC) or `never`."""
    if text == "never":
        return None
    days = re.fullmatch(r"(\d{1,5})d", text)
    try:
        if days:
            expires_at = datetime.now(UTC) + timedelta(days=int(days[1]))
        else:
            date = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
            expires_at = date + timedelta(days=1)
    except ValueError as error:
        message = f"{text!r} is no expiry; write 90d, a date like 2027-12-31, or never."
        raise ApiKeyError(message) from error
    if expires_at <= datetime.now(UTC):
        message = f"{text!r} has passed already; choose a later day, or never."
        raise ApiKeyError(message)
    return expires_at


def _keymaster(home: Path) -> psycopg.Connection:
    return psycopg.connect(Warehouse.of_home(home).keymaster)
