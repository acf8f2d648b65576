{{ config(unlogged=true) }}

-- depends_on: {{ ref('int_pairs_touched') }}
-- depends_on: {{ ref('int_events_arrived') }}
with touched as (
    select distinct person_id
    from {{ ref('int_pairs_touched') if is_partial() else ref('int_person_days_counted') }}
),
{%- if is_partial() %}

known as (
    select known.*
    from touched
    cross join lateral {{ looked_up(published('dim_persons'), ['person_id'], none) }} as known
),

-- Who is told to be in the group that they count in, or in none, stays in it: its count can only
-- grow, and that of another only shrink, where an event takes the smaller value of two.
regrouped as (
    select touched.person_id
    from touched
    left join known on touched.person_id = known.person_id
    where known.person_id is null
    union
    select arrived.person_id
    from {{ ref('int_events_arrived') }} as arrived
    inner join known on arrived.person_id = known.person_id
    where
        coalesce(arrived.age_group <> coalesce(known.age_group, ''), false)
        or coalesce(arrived.gender <> coalesce(known.gender, ''), false)
),
{%- else %}

regrouped as (
    select person_id from touched
),
{%- endif %}

grouped as (
    select
        regrouped.person_id,
        told.age_group,
        told.gender
    from regrouped
    cross join lateral (
        -- mode() gives the first in its order where several are as frequent.
        select
            mode() within group (order by events.age_group) as age_group,
            mode() within group (order by events.gender) as gender
        from {{ ref('int_events_deduplicated') }} as events
        where events.person_id = regrouped.person_id
    ) as told
    {%- if is_partial() %}
    union all
    select
        known.person_id,
        known.age_group,
        known.gender
    from known
    left join regrouped on known.person_id = regrouped.person_id
    where regrouped.person_id is null
    {%- endif %}
),

-- A person's past is read by the day, as a count, and in the middle of what an index has in order:
-- all events would be many of someone who comes every day.
described as (
    select
        touched.person_id,
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
        counted.visit_days >= 2 as is_repeat
    from touched
    inner join grouped on touched.person_id = grouped.person_id
    cross join lateral (
        select
            min(daily.first_event_at) as first_event_at,
            max(daily.last_event_at) as last_event_at,
            sum(daily.event_count)::bigint as event_count,
            count(distinct daily.local_date) as visit_days,
            sum(daily.closed_sessions)::bigint as closed_sessions,
            sum(daily.total_dwell_seconds) as total_dwell_seconds,
            max(daily.max_dwell_seconds) as max_dwell_seconds
        from {{ ref('int_person_days_counted') }} as daily
        where daily.person_id = touched.person_id
    ) as counted
    cross join lateral (
        select count(*) as visit_count
        from {{ ref('fct_visits') }} as visits
        where visits.person_id = touched.person_id
    ) as came
    cross join lateral (
        select count(*) as missing_exits
        from {{ ref('fct_sessions') }} as sessions
        where
            sessions.person_id = touched.person_id
            and sessions.session_status = 'missing_exit'
    ) as missed
    cross join lateral (  -- noqa: ST05
        select percentile_cont(0.5) within group (order by middle.dwell_seconds)
            as median_dwell_seconds
        from (
            select sessions.dwell_seconds
            from {{ ref('fct_sessions') }} as sessions
            where
                sessions.person_id = touched.person_id
                and sessions.session_status = 'closed'
            order by sessions.dwell_seconds
            limit (2 - counted.closed_sessions % 2)
            offset (greatest(counted.closed_sessions - 1, 0) / 2)
        ) as middle
    ) as halved
)

select * from described
