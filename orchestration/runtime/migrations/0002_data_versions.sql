-- One row each time that the marts are consistent; readers take their version from the last one.

create table marts.data_versions (
    version bigint generated always as identity primary key,
    published_at timestamptz not null default clock_timestamp(),
    run_id text,
    load_ids bigint [] not null
);

comment on column marts.data_versions.load_ids is
'The loads that this version added to the one before.';
