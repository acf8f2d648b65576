select
    key_id,
    secret_sha256,
    scopes,
    expires_at,
    revoked_at
from access.api_keys
