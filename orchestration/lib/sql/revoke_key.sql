-- The key of this id, or the valid one of this name; a revoked one stays as it is.
update access.api_keys
set revoked_at = coalesce(revoked_at, clock_timestamp())
where
    key_id = %(key)s
    or (name = %(key)s and revoked_at is null)
returning key_id, name, scopes, created_at, expires_at, revoked_at
