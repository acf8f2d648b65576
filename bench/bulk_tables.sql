create table bench_untyped (
    "timestamp" text,
    person_id text,
    camera_id text,
    event_type text,
    zone text,
    site_id text
);

create table bench_typed (
    event_at timestamptz,
    person_id text,
    camera_id text,
    event_type text,
    zone text,
    site_id text
);
