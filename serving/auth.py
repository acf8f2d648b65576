"""Who may ask: a key with the right scope; without any key in the warehouse, this machine alone."""

import hashlib
import hmac
import ipaddress
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import Scope

from serving.database import Database
from serving.documented_routes import DocumentedRoutes
from serving.errors import ProblemError
from serving.momentary import Momentary
from serving.queries.keys import ApiKey, api_keys

# So late at most is a new, expired or revoked key seen.
FRESH_SECONDS = 1.0
GUARDED = "/v1/"
TOKEN = re.compile(r"dwh_([a-z0-9]{8})_([A-Za-z0-9_-]{43})", re.ASCII)
NO_SECRET = bytes(32)
# Whoever uploads may follow what became of it.
OF_EITHER_SCOPE = frozenset(
    {"/v1/uploads/{sha256}", "/v1/loads/{load_id}", "/v1/loads/{load_id}/events"}
)
HOW_TO_GET_ONE = "Make one where the stack runs: dwellhouse keys create NAME"


class Access:
    """Decides whether a request may pass."""

    def __init__(
        self, database: Database, routes: DocumentedRoutes, origins: frozenset[str] = frozenset()
    ) -> None:
        self._database = database
        self._origins = origins
        self._routes = routes
        self._keys = Momentary(self._look_up, FRESH_SECONDS)

    async def key_of(self, scope: Scope) -> ApiKey | None:
        """Give the key that lets a request pass, None where it needs none.

        Raises the ProblemError that it is answered with otherwise: 401, 403; 503 without a
        database, for then nobody knows who may ask.
        """
        keys = await self._keys.get()
        if not keys:
            self._require_this_machine(scope)
            return None
        key = _valid_key(keys, Headers(scope=scope).get("authorization"))
        self._require_scope(key, scope)
        return key

    def _require_scope(self, key: ApiKey, scope: Scope) -> None:
        needed = "upload" if scope["method"] == "POST" else "read"
        route = self._routes.of(scope["path"])
        is_open = needed == "read" and route is not None and route.path in OF_EITHER_SCOPE
        if needed not in key.scopes and not is_open:
            raise other_scope(key.scopes, needed)

    def _require_this_machine(self, scope: Scope) -> None:
        """Refuse other machines, and pages of other sites in a browser on this one."""
        headers = Headers(scope=scope)
        named = [f"//{headers.get('host', 'localhost')}"]
        if (origin := headers.get("origin")) and origin not in self._origins:
            named.append(origin)
        client = scope.get("client")
        if not client or not is_loopback(client[0]) or not all(map(_names_this_machine, named)):
            detail = (
                "There is no key yet, so the API answers programs on its own machine only, at "
                f"http://127.0.0.1. {HOW_TO_GET_ONE}"
            )
            raise _unauthorized(detail)

    async def _look_up(self) -> Mapping[str, ApiKey]:
        async with self._database.connection() as connection:
            return await api_keys(connection)


def _valid_key(keys: Mapping[str, ApiKey], header: str | None) -> ApiKey:
    if header is None:
        raise _unauthorized(f"A key is needed: Authorization: Bearer dwh_…. {HOW_TO_GET_ONE}")
    scheme, _, token = header.partition(" ")
    parts = TOKEN.fullmatch(token.strip())
    if scheme.lower() != "bearer" or parts is None:
        raise _unauthorized("The key must be sent as: Authorization: Bearer dwh_…", is_wrong=True)
    key = keys.get(parts[1])
    # As long for an unknown key as for a wrong secret.
    digest = hashlib.sha256(parts[2].encode()).digest()
    is_right = hmac.compare_digest(digest, key.secret_sha256 if key else NO_SECRET)
    if key is None or not is_right:
        raise _unauthorized(f"This key is not known. {HOW_TO_GET_ONE}", is_wrong=True)
    if key.revoked_at is not None:
        raise _unauthorized(f"This key has been revoked. {HOW_TO_GET_ONE}", is_wrong=True)
    if key.expires_at is not None and key.expires_at <= datetime.now(UTC):
        raise expired()
    return key


def expired() -> ProblemError:
    """Give the 401 for a key whose time is over."""
    return _unauthorized(f"This key has expired. {HOW_TO_GET_ONE}", is_wrong=True)


def other_scope(scopes: Sequence[str], needed: str) -> ProblemError:
    """Give the 403 for a key that has these scopes only."""
    detail = (
        f"This key has the scope {', '.join(scopes)}; this needs {needed}. "
        f"{HOW_TO_GET_ONE} --scope {needed}"
    )
    challenge = f'Bearer realm="dwellhouse", error="insufficient_scope", scope="{needed}"'
    return ProblemError(403, detail, headers={"WWW-Authenticate": challenge})


def _unauthorized(detail: str, *, is_wrong: bool = False) -> ProblemError:
    challenge = 'Bearer realm="dwellhouse"' + (', error="invalid_token"' if is_wrong else "")
    return ProblemError(401, detail, headers={"WWW-Authenticate": challenge})


@lru_cache(maxsize=1024)
def is_loopback(address: str) -> bool:
    """Tell whether an address is this machine's own."""
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(ip, "ipv4_mapped", None)
    return bool((mapped or ip).is_loopback)


@lru_cache(maxsize=1024)
def _names_this_machine(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return False
    return host == "localhost" or is_loopback(host)
