-- How far a load is, visible before it commits: written while it runs, through a connection of its
-- own. The numbers that people look at are computed here, once for the command line and the API.

alter table raw.loads add column bytes_read bigint not null default 0;
alter table raw.loads add column progress_at timestamptz;

alter table raw.loads add column percent smallint not null generated always as (
    case
        when finished_at is not null then 100
        when bytes <= 0 then 0
        else least(100, bytes_read * 100 / bytes)
    end
) stored;

alter table raw.loads add column rows_per_second double precision generated always as (
    rows_read / nullif(
        extract(epoch from coalesce(finished_at, progress_at) - started_at)::double precision, 0
    )
) stored;

comment on column raw.loads.progress_at is
'When the load last gave a sign of life; null until it has run for a second.';

-- What a killed process has left to be moved, or has moved without writing it down.
create index loads_not_stored on raw.loads (load_id)
where stored_as is null and status in ('loaded', 'duplicate', 'rejected');
