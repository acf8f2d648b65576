select
    session_id,
    person_id,
    camera_id,
    site_id,
    entry_at,
    extract(epoch from {clock}::timestamptz - entry_at)::double precision as inside_seconds
from marts.fct_sessions
where session_status = 'open' and entry_at <= {clock} and {conditions}
