-- Events by month of `event_at`, in UTC. A month is made by whoever is about to fill it. There is no
-- default partition: each new month would have to wait for it and to look through it.

alter table raw.camera_events rename to camera_events_undivided;
alter index raw.camera_events_by_load rename to camera_events_undivided_by_load;

create table raw.camera_events (like raw.camera_events_undivided)
partition by range (event_at);

create index camera_events_by_load on raw.camera_events (load_id);

create view raw.months as
select
    inhrelid::regclass as partition,
    to_date(substr(relname, length('camera_events_') + 1), 'YYYY_MM') as month
from pg_inherits
inner join pg_class on inhrelid = pg_class.oid
where inhparent = 'raw.camera_events'::regclass;

create function raw.partition_of(month date) returns text
language sql stable
set search_path = pg_catalog, pg_temp
begin atomic
    select 'camera_events_' || to_char(month, 'YYYY_MM');
end;

-- Made beside the table and attached, so that neither loads nor readers wait. It commits at once,
-- apart from the load: attaching keeps others from attaching until it does.
create function raw.make_month(month date) returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set timezone = 'UTC'
as $$
declare
    starts_on constant date := date_trunc('month', month::timestamp);
    name constant text := raw.partition_of(month);
begin
    -- Two loads that meet a new month take turns.
    perform pg_advisory_xact_lock(hashtext('dwellhouse.months'));
    if to_regclass('raw.' || name) is null then
        execute format('create table raw.%I (like raw.camera_events including all)', name);
        execute format(
            'alter table raw.camera_events attach partition raw.%I for values from (%L) to (%L)',
            name, starts_on::timestamptz, (starts_on + interval '1 month')::timestamptz
        );
    end if;
end $$;

-- The lock is the one that a load takes anyway: no month goes away until it ends.
create function raw.missing_months(months date []) returns setof date
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    lock table raw.camera_events in row exclusive mode;
    return query
        select month from unnest(months) as month
        where to_regclass('raw.' || raw.partition_of(month)) is null;
end $$;

revoke execute on function raw.make_month(date) from public;

select raw.make_month(month)
from (
    select distinct date_trunc('month', event_at at time zone 'UTC')::date as month
    from raw.camera_events_undivided
) as months;

insert into raw.camera_events select * from raw.camera_events_undivided;

-- A view on it that a build has made comes back with the next build, which is one of new models.
drop table raw.camera_events_undivided cascade;

analyze raw.camera_events;
