with visits as (
    select
        visit_id,
        person_id,
        site_id,
        started_at,
        ended_at
    from marts.fct_visits
    where {visits}
),

steps as (
    select
        sessions.site_id,
        sessions.camera_id,
        sessions.entry_at,
        sessions.session_status,
        sessions.dwell_seconds,
        lag(sessions.camera_id) over visit as from_camera_id,
        lag(sessions.exit_at) over visit as left_at
    from visits
    inner join marts.fct_sessions as sessions
        on
            visits.person_id = sessions.person_id
            and visits.site_id = sessions.site_id
            and sessions.entry_at >= visits.started_at
            and sessions.entry_at <= visits.ended_at
    window visit as (
        partition by visits.visit_id
        order by sessions.entry_at, sessions.camera_id collate "C"
    )
)

select
    site_id,
    from_camera_id,
    camera_id as to_camera_id,
    count(*) as transitions,
    percentile_cont(0.5) within group (
        order by extract(epoch from entry_at - left_at)::double precision
    ) filter (where left_at <= entry_at) as median_transit_seconds
from steps
where from_camera_id <> camera_id and {conditions}
group by site_id, from_camera_id, camera_id
