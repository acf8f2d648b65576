select asked.camera_id
from
    unnest(%(camera_ids)s::text[], %(firsts)s::timestamptz[], %(ends)s::timestamptz[])
        as asked (camera_id, first, until)
where
    exists (
        select
        from marts.fct_events
        where
            fct_events.camera_id = asked.camera_id
            and fct_events.event_at >= asked.first
            and fct_events.event_at < asked.until
    )
