{{ config(unlogged=true) }}

with touched as (
    select distinct person_id from {{ ref('int_pairs_touched') }}
),

events as (
    select * from {{ ref('int_events_deduplicated') }}
    {%- if is_partial() %}
    inner join touched using (person_id)
    {%- endif %}
),

sessions as (
    select * from {{ ref('fct_sessions') }}
    {%- if is_partial() %}
    inner join touched using (person_id)
    {%- endif %}
),

visits as (
    select * from {{ ref('fct_visits') }}
    {%- if is_partial() %}
    inner join touched using (person_id)
    {%- endif %}
),

cameras as (
    select * from {{ ref('int_cameras_located') }}
),

dated as (
    select
        events.person_id,
        events.event_at,
        (events.event_at at time zone cameras.timezone)::date as local_date,
        events.age_group,
        events.gender
    from events
    inner join cameras on events.camera_id = cameras.camera_id
),

seen as (
    select
        person_id,
        min(event_at) as first_event_at,
        max(event_at) as last_event_at,
        count(*) as event_count,
        count(distinct local_date) as visit_days,
        -- mode() gives the first in its order where several are as frequent.
        mode() within group (order by age_group) as age_group,
        mode() within group (order by gender) as gender
    from dated
    group by person_id
),

stayed as (
    select
        person_id,
        count(*) filter (where session_status = 'missing_exit') as missing_exits,
        count(dwell_seconds) as closed_sessions,
        sum(dwell_seconds::numeric) as total_dwell_seconds,
        percentile_cont(0.5) within group (order by dwell_seconds) as median_dwell_seconds,
        max(dwell_seconds) as max_dwell_seconds
    from sessions
    group by person_id
),

came as (
    select
        person_id,
        count(*) as visit_count
    from visits
    group by person_id
),

described as (
    select
        seen.person_id,
        seen.first_event_at,
        seen.last_event_at,
        seen.event_count,
        coalesce(stayed.closed_sessions, 0) as closed_sessions,
        coalesce(stayed.missing_exits, 0) as missing_exits,
        coalesce(came.visit_count, 0) as visit_count,
        seen.visit_days,
        stayed.total_dwell_seconds::double precision as total_dwell_seconds,
        (stayed.total_dwell_seconds / nullif(stayed.closed_sessions, 0))::double precision
            as avg_dwell_seconds,
        stayed.median_dwell_seconds,
        stayed.max_dwell_seconds,
        seen.age_group,
        seen.gender,
        seen.visit_days >= 2 as is_repeat
    from seen
    left join stayed on seen.person_id = stayed.person_id
    left join came on seen.person_id = came.person_id
)

select * from described
