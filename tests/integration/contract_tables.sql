-- The tables of the contract that the models do not make yet, from those that they do.
drop table if exists marts.dim_persons, marts.fct_visits, marts.quality_cameras_daily;
drop view if exists marts.quality_loads;

create table marts.fct_visits as
with intervals as (
    select person_id, site_id, camera_id, session_id, entry_at as start_at,
        coalesce(exit_at, entry_at) as end_at
    from marts.fct_sessions
    union all
    select person_id, site_id, camera_id, null, exit_at, exit_at from marts.fct_orphan_exits
),
reached as (
    select *, max(end_at) over (
        partition by person_id, site_id order by start_at, camera_id
        rows between unbounded preceding and 1 preceding
    ) as until
    from intervals
),
numbered as (
    select *, count(*) filter (where until is null or start_at - until > interval '180 minutes')
        over (partition by person_id, site_id order by start_at, camera_id) as number
    from reached
),
visits as (
    select person_id, site_id, min(start_at) as started_at, max(end_at) as ended_at,
        count(session_id) as session_count, count(distinct camera_id) as camera_count,
        (array_agg(camera_id order by start_at, camera_id))[1] as first_camera_id,
        (array_agg(camera_id order by start_at desc, camera_id desc))[1] as last_camera_id
    from numbered
    group by person_id, site_id, number
)
select
    md5(person_id || site_id || started_at::text)::uuid as visit_id, person_id, site_id,
    started_at, ended_at,
    extract(epoch from ended_at - started_at)::double precision as duration_seconds,
    session_count, visits.camera_count, first_camera_id, last_camera_id,
    (started_at at time zone timezone)::date > min((started_at at time zone timezone)::date)
        over (partition by person_id, site_id) as is_returning
from visits
inner join marts.dim_sites using (site_id);

create table marts.dim_persons as
with frequencies as (
    select person_id, 'age_group' as name, age_group as value, count(*) as times
    from intermediate.int_events_deduplicated where age_group is not null group by 1, 3
    union all
    select person_id, 'gender', gender, count(*)
    from intermediate.int_events_deduplicated where gender is not null group by 1, 3
),
chosen as (
    select distinct on (person_id, name) person_id, name, value
    from frequencies order by person_id, name, times desc, value collate "C"
),
stays as (
    select person_id, count(*) filter (where session_status = 'closed') as closed_sessions,
        count(*) filter (where session_status = 'missing_exit') as missing_exits,
        sum(dwell_seconds) as total_dwell_seconds, avg(dwell_seconds) as avg_dwell_seconds,
        percentile_cont(0.5) within group (order by dwell_seconds) as median_dwell_seconds,
        max(dwell_seconds) as max_dwell_seconds
    from marts.fct_sessions group by 1
),
seen as (
    select person_id, min(event_at) as first_event_at, max(event_at) as last_event_at,
        count(*) as event_count, count(distinct (event_at at time zone timezone)::date) as visit_days
    from marts.fct_events inner join marts.dim_sites using (site_id) group by 1
)
select
    person_id, first_event_at, last_event_at, event_count,
    coalesce(closed_sessions, 0) as closed_sessions, coalesce(missing_exits, 0) as missing_exits,
    (select count(*) from marts.fct_visits where fct_visits.person_id = seen.person_id)
        as visit_count,
    visit_days, total_dwell_seconds, avg_dwell_seconds, median_dwell_seconds, max_dwell_seconds,
    (select value from chosen where chosen.person_id = seen.person_id and name = 'age_group')
        as age_group,
    (select value from chosen where chosen.person_id = seen.person_id and name = 'gender')
        as gender,
    visit_days >= 2 as is_repeat
from seen left join stays using (person_id);

create table marts.quality_cameras_daily as
with raw_rows as (
    select camera_id, date_trunc('day', event_at, timezone) as bucket_start, count(*) as rows
    from staging.stg_raw__camera_events
    inner join marts.dim_cameras using (camera_id)
    inner join marts.dim_sites on dim_cameras.site_id = dim_sites.site_id
    group by 1, 2
),
events as (
    select camera_id, date_trunc('day', event_at, timezone) as bucket_start, count(*) as events,
        count(*) filter (where is_exit) as exits
    from marts.fct_events inner join marts.dim_sites using (site_id) group by 1, 2
),
sessions as (
    select camera_id, date_trunc('day', entry_at, timezone) as bucket_start, count(*) as entries,
        count(*) filter (where session_status = 'closed') as closed,
        count(*) filter (where session_status = 'missing_exit') as missing_exits,
        count(*) filter (where session_status = 'timed_out') as timed_out
    from marts.fct_sessions inner join marts.dim_sites using (site_id) group by 1, 2
),
orphans as (
    select camera_id, date_trunc('day', exit_at, timezone) as bucket_start, count(*) as orphan_exits
    from marts.fct_orphan_exits inner join marts.dim_sites using (site_id) group by 1, 2
)
select
    camera_id, bucket_start, coalesce(entries, 0) as entries, exits, coalesce(closed, 0) as closed,
    coalesce(missing_exits, 0) as missing_exits, coalesce(timed_out, 0) as timed_out,
    coalesce(orphan_exits, 0) as orphan_exits, rows - events as duplicate_rows,
    closed::double precision / nullif(entries, 0) as pairing_rate
from events
left join raw_rows using (camera_id, bucket_start)
left join sessions using (camera_id, bucket_start)
left join orphans using (camera_id, bucket_start);

create view marts.quality_loads as
select load_id, file_name, status, rows_read, rows_loaded, rows_rejected,
    rows_rejected::double precision / nullif(rows_read, 0) as reject_share,
    0::bigint as missing_value
from marts.fct_loads;

comment on table marts.fct_visits is 'Visits. Grain: visit_id.';
