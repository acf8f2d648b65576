-- By which clock a version judges open sessions; and what the last build began to make.

alter table marts.data_versions add column data_clock_at timestamptz;

comment on column marts.data_versions.data_clock_at is
'The latest event of the version; null while there is none.';

create table intermediate.build_attempts (
    is_last boolean primary key default true check (is_last),
    models text not null,
    started_at timestamptz not null default clock_timestamp()
);

comment on table intermediate.build_attempts is
'The models of the last build that began, finished or not: tables of other models are not built on.';
