with {attendance},

-- Whoever is new is so at the site, whatever the filters leave of it. Looked up once a person: most
-- come again and again.
firsts as (
    select
        persons.group_id,
        persons.person_id,
        first_event.first_at
    from (select distinct group_id, person_id from attendance) as persons
    cross join lateral (
        select min(events.event_at) as first_at
        from marts.fct_events as events
        where
            events.person_id = persons.person_id
            and events.site_id = persons.group_id
    ) as first_event
),

arrivals as (
    select
        attendance.group_id,
        attendance.bucket_start,
        firsts.first_at >= attendance.bucket_start
        and firsts.first_at < attendance.bucket_end as is_new
    from attendance
    inner join firsts
        on attendance.person_id = firsts.person_id and attendance.group_id = firsts.group_id
)

select
    group_id,
    bucket_start,
    count(*) as visitors,
    count(*) filter (where is_new) as new_visitors,
    count(*) filter (where not is_new) as returning_visitors
from arrivals
group by bucket_start, group_id
