select json_agg(page)::text
from (
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
    where entry_at >= %s::timestamptz
    order by entry_at, session_id
    limit 100
) as page
