create table bare.quality_cameras_daily as
with activities as (
    select
        camera_id,
        day_start as bucket_start,
        sum(events) as events,
        sum(entries)::bigint as entries,
        sum(exits)::bigint as exits
    from bare.agg_person_hourly
    group by 1, 2
    having sum(events) > 0
),

outcomes as (
    select
        camera_id,
        date_trunc('day', entry_at, 'UTC') as bucket_start,
        count(*) filter (where session_status = 'closed') as closed,
        count(*) filter (where session_status = 'missing_exit') as missing_exits,
        count(*) filter (where session_status = 'timed_out') as timed_out
    from bare.fct_sessions
    group by 1, 2
),

orphans as (
    select
        camera_id,
        date_trunc('day', exit_at, 'UTC') as bucket_start,
        count(*) as orphan_exits
    from bare.fct_orphan_exits
    group by 1, 2
),

arrivals as (
    select
        camera_id,
        date_trunc('day', event_at, 'UTC') as bucket_start,
        count(*) as raw_rows
    from raw.camera_events
    group by 1, 2
)

select
    camera_id,
    bucket_start,
    entries,
    exits,
    coalesce(closed, 0) as closed,
    coalesce(missing_exits, 0) as missing_exits,
    coalesce(timed_out, 0) as timed_out,
    coalesce(orphan_exits, 0) as orphan_exits,
    (raw_rows - events)::bigint as duplicate_rows,
    closed::double precision / nullif(entries, 0) as pairing_rate
from activities
inner join arrivals using (camera_id, bucket_start)
left join outcomes using (camera_id, bucket_start)
left join orphans using (camera_id, bucket_start)
