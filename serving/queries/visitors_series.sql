with {attendance},

-- Whoever is new is so at the site, whatever the filters leave of it.
arrivals as (
    select
        attendance.group_id,
        attendance.edges[attendance.number] as bucket_start,
        first_event.first_at >= attendance.edges[attendance.number]
        and first_event.first_at < attendance.edges[attendance.number + 1] as is_new
    from attendance
    cross join lateral (
        select min(events.event_at) as first_at
        from marts.fct_events as events
        where
            events.person_id = attendance.person_id
            and events.site_id = attendance.group_id
    ) as first_event
)

select
    group_id,
    bucket_start,
    count(*) as visitors,
    count(*) filter (where is_new) as new_visitors,
    count(*) filter (where not is_new) as returning_visitors
from arrivals
group by group_id, bucket_start
