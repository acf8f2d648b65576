-- Presence of a place by the hour. Who leaves at an instant is gone before anyone comes at it.
create unlogged table {occupancies} as
with steps as (
    select
        {key},
        hour_start,
        present_until - present_from as present,
        step,
        sum(step) over in_time as persons_present,
        lead(stepped_at) over in_time - stepped_at as lasting
    from {parts}
    cross join lateral (values (present_from, 1), (present_until, -1)) as steps (stepped_at, step)
    where present_from < present_until
    window in_time as (
        partition by {key}, hour_start order by stepped_at, step
        rows between unbounded preceding and current row
    )
)

select
    {key},
    hour_start,
    extract(epoch from sum(present) filter (where step = 1)) as person_seconds,
    max(persons_present) as peak_occupancy,
    extract(epoch from sum(lasting) filter (where persons_present > 0)) as occupied_seconds
from steps
group by {key}, hour_start
