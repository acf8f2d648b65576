-- Who may ask the API, and who asked what. Readers of the marts see nothing of it.

create schema access;

create table access.api_keys (
    key_id text primary key,
    name text not null,
    secret_sha256 bytea not null check (length(secret_sha256) = 32),
    scopes text [] not null
    check (scopes <@ array['read', 'upload'] and cardinality(scopes) > 0),
    created_at timestamptz not null default clock_timestamp(),
    expires_at timestamptz,
    revoked_at timestamptz
);

comment on column access.api_keys.secret_sha256 is
'A plain hash is enough: the secret is 256 random bits, which nobody can guess through.';

-- A name means one key at a time, so that it can be revoked by its name.
create unique index api_keys_by_name on access.api_keys (name) where revoked_at is null;

create table access.requests (
    asked_at timestamptz not null,
    request_id text not null,
    key_id text,
    address text not null,
    method text not null,
    path text not null,
    query text not null,
    status integer not null,
    rows_sent bigint not null,
    seconds double precision not null
);

comment on table access.requests is
'One row for each request to /v1 of the API, whatever it was answered; the API can only add to it.';

create index requests_by_time on access.requests (asked_at);
