select
    visit_id,
    person_id,
    site_id,
    started_at,
    ended_at,
    duration_seconds,
    session_count,
    camera_count,
    first_camera_id,
    last_camera_id,
    is_returning
from marts.fct_visits
where person_id = %(person_id)s
order by started_at desc, visit_id
limit %(limit)s
