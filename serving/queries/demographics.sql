with {seen},

persons as (
    select
        person_id,
        coalesce(age_group, 'unknown') as age_group,
        coalesce(gender, 'unknown') as gender
    from marts.dim_persons
),

visitors as (
    select distinct person_id
    from seen
),

counted as (
    select
        age_group,
        gender,
        count(*) as unique_visitors
    from visitors
    inner join persons using (person_id)
    group by age_group, gender
),

stayed as (
    select
        age_group,
        gender,
        count(*) as closed_sessions,
        round(sum(dwell_seconds)::numeric, 6)::double precision as total_dwell_seconds,
        round(avg(dwell_seconds)::numeric, 6)::double precision as avg_dwell_seconds,
        percentile_cont(0.5) within group (order by dwell_seconds) as median_dwell_seconds,
        max(dwell_seconds) as max_dwell_seconds
    from marts.fct_sessions
    inner join persons using (person_id)
    where session_status = 'closed' and {session_conditions}
    group by age_group, gender
)

select
    age_group,
    gender,
    counted.unique_visitors,
    counted.unique_visitors / sum(counted.unique_visitors) over ()::double precision as share,
    coalesce(stayed.closed_sessions, 0) as closed_sessions,
    stayed.total_dwell_seconds,
    stayed.avg_dwell_seconds,
    stayed.median_dwell_seconds,
    stayed.max_dwell_seconds
from counted
left join stayed using (age_group, gender)
