-- Sessions by the next event of a person at a camera, and what a camera saw by the hour.
create table sessions as
with walked as (
    select
        *,
        lead(event_at) over in_time as next_at,
        lead(event_type) over in_time as next_type
    from events
    where event_type in ('entry', 'exit')
    window in_time as (partition by person_id, camera_id order by event_at, event_type)
)

select
    person_id,
    camera_id,
    site_id,
    event_at as entry_at,
    case when next_type = 'exit' and next_at - event_at <= interval 24 hours then next_at end
        as exit_at,
    epoch(exit_at - entry_at) as dwell_seconds
from walked
where event_type = 'entry';

create table camera_hours as
with seen as (
    select
        camera_id,
        date_trunc('hour', event_at) as bucket_start,
        count(*) as events,
        count(*) filter (where event_type = 'entry') as entries,
        count(*) filter (where event_type = 'exit') as exits,
        count(distinct person_id) as visitors
    from events
    group by all
),

stayed as (
    select
        camera_id,
        date_trunc('hour', entry_at) as bucket_start,
        count(dwell_seconds) as sessions_closed,
        sum(dwell_seconds) as total_dwell_seconds,
        quantile_cont(dwell_seconds, 0.5) as median_dwell_seconds,
        quantile_cont(dwell_seconds, 0.9) as p90_dwell_seconds,
        max(dwell_seconds) as max_dwell_seconds
    from sessions
    group by all
)

select *
from seen
left join stayed using (camera_id, bucket_start);
