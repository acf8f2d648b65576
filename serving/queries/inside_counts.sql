select
    site_id,
    camera_id,
    grouping(site_id, camera_id) as level,
    count(distinct person_id) as persons
from marts.fct_sessions
where session_status = 'open' and entry_at <= {clock} and {conditions}
group by grouping sets ((), (site_id), (site_id, camera_id))
order by site_id, camera_id
