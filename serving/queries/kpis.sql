-- Whole hours of a range are stored; its ends are counted from the events.
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

seen as (
    select
        person_id,
        camera_id,
        local_date as local_day,
        events
    from marts.agg_person_hourly
    where events > 0 and {hour_conditions}
    union all
    select
        person_id,
        camera_id,
        local_day,
        1 as events
    from dated
),

-- One pass over them for both persons and cameras.
tallied as (
    select
        person_id,
        sum(events) as events,
        min(local_day) < max(local_day) as is_repeat
    from seen
    group by grouping sets ((person_id), (camera_id))
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

activity as (
    select
        coalesce(sum(events) filter (where person_id is not null), 0)::bigint as total_events,
        count(person_id) as unique_visitors,
        count(*) filter (where person_id is null) as active_cameras,
        count(person_id) filter (where is_repeat) as repeat_visitors
    from tallied
)

select
    activity.total_events,
    activity.unique_visitors,
    activity.active_cameras,
    sessions.closed_sessions,
    sessions.avg_dwell_seconds,
    sessions.median_dwell_seconds,
    sessions.max_dwell_seconds,
    sessions.avg_dwell_seconds_per_person,
    activity.repeat_visitors,
    activity.repeat_visitors::double precision
    / nullif(activity.unique_visitors, 0) as repeat_rate
from activity, sessions
