-- What is kept of months that retention lets go: of each row all that any model reads, and no more.
-- Rows move from raw.camera_events to here in one transaction, so each is in one of the two.

create table raw.packed_events (
    camera_id text not null,
    event_type text not null,
    age_group text,
    gender text,
    camera_name text,
    zone text,
    site_id text,
    load_ids bigint [] not null,
    event_ats timestamptz [] not null,
    person_ids text [] not null
);

comment on table raw.packed_events is
'Rows that are alike but for load, instant and person, up to 10,000 in one, in three arrays.';

create view raw.kept_events as
select
    load_id,
    event_at,
    person_id,
    camera_id,
    event_type,
    age_group,
    gender,
    camera_name,
    zone,
    site_id
from raw.packed_events
cross join unnest(load_ids, event_ats, person_ids) as events (load_id, event_at, person_id);

alter table raw.loads add column events_let_go bigint not null default 0;

comment on column raw.loads.events_let_go is
'How many of its events are in raw.kept_events and no longer in raw.camera_events.';

-- Gives how many rows have gone; null if the month is in use or has a load that no version holds.
-- Whoever calls it waits for no build and no load: the next publication calls again.
create function raw.let_go_of_month(month date) returns bigint
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '20ms'
as $$
declare
    name constant text := raw.partition_of(month);
    is_unpublished boolean;
    gone bigint;
begin
    if to_regclass('raw.' || name) is null then
        return 0;
    end if;
    perform pg_advisory_xact_lock(hashtext('dwellhouse.build'));
    execute format('lock table raw.%I in access exclusive mode', name);
    execute format(
        'select exists (
            select from raw.%I
            where load_id not in (select unnest(load_ids) from marts.data_versions)
        )', name
    ) into is_unpublished;
    if is_unpublished then
        return null;
    end if;
    execute format(
        'insert into raw.packed_events
        select
            camera_id, event_type, age_group, gender, camera_name, zone, site_id,
            array_agg(load_id), array_agg(event_at), array_agg(person_id)
        from (
            select
                *,
                row_number() over (
                    partition by
                        camera_id, event_type, age_group, gender, camera_name, zone, site_id
                    order by event_at
                ) as place
            from raw.%I
        ) as placed
        group by
            camera_id, event_type, age_group, gender, camera_name, zone, site_id,
            (place - 1) / 10000', name
    );
    execute format(
        'update raw.loads set events_let_go = events_let_go + counted.events
        from (select load_id, count(*) as events from raw.%I group by load_id) as counted
        where loads.load_id = counted.load_id', name
    );
    execute format('select count(*) from raw.%I', name) into gone;
    execute format('truncate raw.%I', name);
    return gone;
exception when lock_not_available then
    return null;
end $$;

-- An empty month costs every look-up a little. Where loads run, it stays until the next time.
create function raw.drop_empty_months(before date) returns void
language plpgsql
security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '20ms'
as $$
declare
    empty regclass;
begin
    lock table only raw.camera_events in access exclusive mode;
    for empty in
        select months.partition from raw.months
        where months.month < before and pg_relation_size(months.partition) = 0
    loop
        execute format('drop table %s', empty);
    end loop;
exception when lock_not_available then
    null;
end $$;

revoke execute on function raw.let_go_of_month(date), raw.drop_empty_months(date) from public;
