-- The wrong loads of a run; none is right. A row of an interval export may give two events.
select
    loads.load_id,
    loads.rows_loaded,
    found.rows_found
from raw.loads as loads
cross join lateral (
    select count(*) + loads.events_let_go as rows_found
    from raw.camera_events as events
    where events.load_id = loads.load_id
) as found
where
    loads.status = 'loaded'
    and loads.run_id = %(run_id)s
    and (
        found.rows_found <> coalesce((loads.validation ->> 'events')::bigint, loads.rows_loaded)
        or found.rows_found not between loads.rows_loaded and 2 * loads.rows_loaded
        or loads.rows_read <> loads.rows_loaded + loads.rows_rejected
    )
