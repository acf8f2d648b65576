select
    session_id,
    person_id,
    camera_id,
    site_id,
    entry_at,
    exit_at,
    dwell_seconds,
    session_status
from marts.fct_sessions
where person_id = %(person_id)s
order by entry_at desc, session_id
limit %(limit)s
