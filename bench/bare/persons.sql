create table bare.dim_persons as
with seen as (
    select
        person_id,
        min(event_at) as first_event_at,
        max(event_at) as last_event_at,
        count(*) as event_count,
        count(distinct date_trunc('day', event_at, 'UTC')) as visit_days,
        mode() within group (order by age_group collate "C") as age_group,
        mode() within group (order by gender collate "C") as gender
    from bare.events
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
    from bare.fct_sessions
    group by person_id
),

came as (
    select
        person_id,
        count(*) as visit_count
    from bare.fct_visits
    group by person_id
)

select
    person_id,
    first_event_at,
    last_event_at,
    event_count,
    coalesce(closed_sessions, 0) as closed_sessions,
    coalesce(missing_exits, 0) as missing_exits,
    coalesce(visit_count, 0) as visit_count,
    visit_days,
    total_dwell_seconds::double precision as total_dwell_seconds,
    (total_dwell_seconds / nullif(closed_sessions, 0))::double precision as avg_dwell_seconds,
    median_dwell_seconds,
    max_dwell_seconds,
    age_group,
    gender,
    visit_days >= 2 as is_repeat
from seen
left join stayed using (person_id)
left join came using (person_id);

analyze bare.dim_persons;
