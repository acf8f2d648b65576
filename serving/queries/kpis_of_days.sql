with {seen},

{arranged},

{percentiles},

-- Who is there on a day without an event is no visitor; who is entered on one may have stayed.
activities as (
    select
        person_id,
        events,
        case when events > 0 then local_date end as local_day,
        sessions_closed > 0 as has_stayed
    from marts.agg_person_daily
    where {day_conditions}
    union all
    select
        person_id,
        events,
        local_day,
        false as has_stayed
    from seen
    union all
    select
        person_id,
        0 as events,
        null as local_day,
        true as has_stayed
    from marts.fct_sessions
    where session_status = 'closed' and {session_conditions}
),

persons as (
    select
        sum(events) as events,
        min(local_day) < max(local_day) as is_repeat,
        bool_or(has_stayed) as has_stayed
    from activities
    group by person_id
),

visitors as (
    select
        coalesce(sum(events), 0)::bigint as total_events,
        count(*) filter (where events > 0) as unique_visitors,
        count(*) filter (where is_repeat) as repeat_visitors,
        count(*) filter (where has_stayed) as closed_persons
    from persons
),

cameras as (
    select count(distinct camera_id) as active_cameras
    from (
        select camera_id from marts.agg_camera_daily where events > 0 and {day_conditions}
        union all
        select camera_id from seen
    ) as active
),

stays as (
    select
        coalesce(sum(cardinality(dwells_seconds)), 0) as closed_sessions,
        sum(total_dwell_seconds) as total_dwell_seconds,
        max(dwells_seconds[cardinality(dwells_seconds)]) as max_dwell_seconds
    from arranged
)

select
    visitors.total_events,
    visitors.unique_visitors,
    cameras.active_cameras,
    stays.closed_sessions,
    stays.total_dwell_seconds / nullif(stays.closed_sessions, 0) as avg_dwell_seconds,
    (select dwell_seconds from percentiles) as median_dwell_seconds,
    stays.max_dwell_seconds,
    stays.total_dwell_seconds / nullif(visitors.closed_persons, 0) as avg_dwell_seconds_per_person,
    visitors.repeat_visitors,
    visitors.repeat_visitors::double precision
    / nullif(visitors.unique_visitors, 0) as repeat_rate
from visitors, cameras, stays
