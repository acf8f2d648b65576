{{ config(touched={'by': 'int_persons_grouped', 'keys': ['person_id']}) }}

-- Last of all that counts by age and gender: they compare with what this table said before.
-- depends_on: {{ ref('int_group_days_touched') }}
-- depends_on: {{ ref('agg_demographics_hourly') }}
-- depends_on: {{ ref('agg_demographics_daily') }}
-- depends_on: {{ ref('agg_demographics_weekly') }}
with grouped as (
    select * from {{ ref('int_persons_grouped') }}
),

-- A person's past is read by the day, as a count, and in the middle of what an index has in order:
-- all events would be many of someone who comes every day.
described as (
    select
        grouped.person_id,
        counted.first_event_at,
        counted.last_event_at,
        counted.event_count,
        counted.closed_sessions,
        missed.missing_exits,
        came.visit_count,
        counted.visit_days,
        counted.total_dwell_seconds::double precision as total_dwell_seconds,
        (counted.total_dwell_seconds / nullif(counted.closed_sessions, 0))::double precision
            as avg_dwell_seconds,
        halved.median_dwell_seconds,
        counted.max_dwell_seconds,
        grouped.age_group,
        grouped.gender,
        counted.visit_days >= 2 as is_repeat,
        grouped.person_number
    from grouped
    cross join lateral (
        select
            min(daily.first_event_at) as first_event_at,
            max(daily.last_event_at) as last_event_at,
            sum(daily.events)::bigint as event_count,
            count(distinct daily.local_date) filter (where daily.events > 0) as visit_days,
            sum(daily.sessions_ended)::bigint as closed_sessions,
            sum(daily.ended_dwell_seconds::numeric) as total_dwell_seconds,
            max(daily.max_ended_dwell_seconds) as max_dwell_seconds
        from {{ ref('agg_person_daily') }} as daily
        where daily.person_id = grouped.person_id
    ) as counted
    cross join lateral (
        select count(*) as visit_count
        from {{ ref('fct_visits') }} as visits
        where visits.person_id = grouped.person_id
    ) as came
    cross join lateral (
        select count(*) as missing_exits
        from {{ ref('fct_sessions') }} as sessions
        where
            sessions.person_id = grouped.person_id
            and sessions.session_status = 'missing_exit'
    ) as missed
    cross join lateral (  -- noqa: ST05
        select percentile_cont(0.5) within group (order by middle.dwell_seconds)
            as median_dwell_seconds
        from (
            select sessions.dwell_seconds
            from {{ ref('fct_sessions') }} as sessions
            where
                sessions.person_id = grouped.person_id
                and sessions.session_status = 'closed'
            order by sessions.dwell_seconds
            limit (2 - counted.closed_sessions % 2)
            offset (greatest(counted.closed_sessions - 1, 0) / 2)
        ) as middle
    ) as halved
)

select * from described
