with matching as (
    select
        person_id,
        site_id,
        event_at
    from marts.fct_events
    where {event_conditions}
),

seen as (
    select
        matching.person_id,
        count(distinct {local_day}) as visit_days,
        count(*) as total_events,
        min(matching.event_at) as first_event_at,
        max(matching.event_at) as last_event_at
    from matching
    inner join marts.dim_sites as sites on matching.site_id = sites.site_id
    group by matching.person_id
),

stayed as (
    select
        person_id,
        count(*) as closed_sessions,
        round(sum(dwell_seconds)::numeric, 6)::double precision as total_dwell_seconds
    from marts.fct_sessions
    where session_status = 'closed' and {session_conditions}
    group by person_id
)

select
    seen.person_id,
    seen.visit_days,
    seen.total_events,
    seen.first_event_at,
    seen.last_event_at,
    coalesce(stayed.closed_sessions, 0) as closed_sessions,
    stayed.total_dwell_seconds
from seen
left join stayed on seen.person_id = stayed.person_id
where seen.visit_days >= 2
