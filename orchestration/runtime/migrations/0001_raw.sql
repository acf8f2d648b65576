-- What came in, append-only and lossless: the ledger of files, their good rows, their bad rows.

create table raw.loads (
    load_id bigint generated always as identity primary key,
    file_name text not null,
    sha256 text not null,
    bytes bigint not null,
    source text not null,
    status text not null
    check (status in ('loading', 'loaded', 'duplicate', 'rejected', 'failed')),
    rows_read bigint not null default 0,
    rows_loaded bigint not null default 0,
    rows_rejected bigint not null default 0,
    reason_code text,
    reason text,
    started_at timestamptz not null default clock_timestamp(),
    finished_at timestamptz,
    run_id text,
    validation jsonb,
    stored_as text,
    constraint rows_are_accounted_for
    check (status <> 'loaded' or rows_read = rows_loaded + rows_rejected)
);

comment on column raw.loads.stored_as is
'Where the file lies now, below archive/ or quarantine/; null until it has been moved.';

-- The heart of exactly-once: one content is loaded once, under whatever name it comes.
create unique index loads_loaded_once on raw.loads (sha256) where status = 'loaded';
create index loads_by_hash on raw.loads (sha256);

create table raw.camera_events (
    load_id bigint not null,
    line_number bigint not null,
    event_at timestamptz not null,
    person_id text not null,
    camera_id text not null,
    event_type text not null,
    age_group text,
    gender text,
    camera_name text,
    zone text,
    site_id text,
    timestamp_text text not null,
    attributes jsonb
);

create index camera_events_by_load on raw.camera_events (load_id);

create table raw.rejected_rows (
    load_id bigint not null,
    line_number bigint not null,
    column_name text,
    value text,
    reason_code text not null,
    raw_line text not null,
    expectation text not null,
    primary key (load_id, line_number)
);
