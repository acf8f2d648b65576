with {seen},

-- One pass over them for both persons and cameras.
tallied as (
    select
        person_id,
        sum(events) as events,
        min(local_day) < max(local_day) as is_repeat
    from seen
    group by grouping sets ((person_id), (camera_id))
),

-- Read once. Persons are told apart by hashing: count(distinct) would sort all sessions by person.
closed as materialized (
    select
        person_id,
        dwell_seconds
    from marts.fct_sessions
    where session_status = 'closed' and {session_conditions}
),

persons as (
    select count(*) as closed_persons
    from (select distinct person_id from closed) as persons
),

sessions as (
    select
        count(*) as closed_sessions,
        avg(dwell_seconds) as avg_dwell_seconds,
        percentile_cont(0.5) within group (order by dwell_seconds) as median_dwell_seconds,
        max(dwell_seconds) as max_dwell_seconds,
        sum(dwell_seconds) as total_dwell_seconds
    from closed
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
    sessions.total_dwell_seconds / nullif(persons.closed_persons, 0)
        as avg_dwell_seconds_per_person,
    activity.repeat_visitors,
    activity.repeat_visitors::double precision
    / nullif(activity.unique_visitors, 0) as repeat_rate
from activity, sessions, persons
