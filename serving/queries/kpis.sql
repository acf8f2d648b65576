-- Pairs first: there are far fewer of them than events. Whole hours of a range are stored; its
-- ends are counted from the events.
with matching as (
    select
        person_id,
        camera_id,
        site_id,
        event_at
    from marts.fct_events
    where {event_conditions}
),

-- "offset 0" keeps the costly zone conversion from being done twice, for min and for max.
dated as (
    select
        matching.person_id,
        matching.camera_id,
        (matching.event_at at time zone sites.timezone)::date as local_day
    from matching
    inner join marts.dim_sites as sites on matching.site_id = sites.site_id
    offset 0
),

pairs as (
    select
        person_id,
        camera_id,
        sum(events) as events,
        min(local_date) as first_day,
        max(local_date) as last_day
    from marts.agg_person_hourly
    where events > 0 and {hour_conditions}
    group by person_id, camera_id
    union all
    select
        person_id,
        camera_id,
        count(*) as events,
        min(local_day) as first_day,
        max(local_day) as last_day
    from dated
    group by person_id, camera_id
),

persons as (
    select min(first_day) < max(last_day) as is_repeat
    from pairs
    group by person_id
),

sessions as (
    select
        count(*) as closed_sessions,
        avg(dwell_seconds) as avg_dwell_seconds,
        percentile_cont(0.5) within group (order by dwell_seconds) as median_dwell_seconds,
        max(dwell_seconds) as max_dwell_seconds,
        sum(dwell_seconds) / nullif(count(distinct person_id), 0) as avg_dwell_seconds_per_person
    from marts.fct_sessions
    where session_status = 'closed' and {session_conditions}
),

visitors as (
    select
        count(*) as unique_visitors,
        count(*) filter (where is_repeat) as repeat_visitors
    from persons
),

activity as (
    select
        coalesce(sum(events), 0)::bigint as total_events,
        count(distinct camera_id) as active_cameras
    from pairs
)

select
    activity.total_events,
    visitors.unique_visitors,
    activity.active_cameras,
    sessions.closed_sessions,
    sessions.avg_dwell_seconds,
    sessions.median_dwell_seconds,
    sessions.max_dwell_seconds,
    sessions.avg_dwell_seconds_per_person,
    visitors.repeat_visitors,
    visitors.repeat_visitors::double precision
    / nullif(visitors.unique_visitors, 0) as repeat_rate
from activity, visitors, sessions
