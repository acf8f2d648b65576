select
    person_id,
    first_event_at,
    last_event_at,
    event_count,
    closed_sessions,
    missing_exits,
    visit_count,
    visit_days,
    total_dwell_seconds,
    avg_dwell_seconds,
    median_dwell_seconds,
    max_dwell_seconds,
    age_group,
    gender,
    is_repeat
from marts.dim_persons
where person_id = %(person_id)s
