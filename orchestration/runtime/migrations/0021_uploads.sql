-- What came in through the API, and how far a load is, for those who read the marts only.

create table access.uploads (
    sha256 text not null,
    file_name text not null,
    bytes bigint not null,
    key_id text,
    received_at timestamptz not null default clock_timestamp()
);

comment on column access.uploads.file_name is
'The name in the landing folder, which differs from the one that was asked for if that was taken.';

create index uploads_by_content on access.uploads (sha256, received_at);

create view marts.load_progress as
select
    load_id,
    bytes_read,
    percent,
    rows_per_second
from raw.loads;
