with {attendance},

-- One person under two cameras of a site is one person.
presences as (
    select
        group_id,
        number,
        unnest(range_agg(part)) as presence
    from parts
    where not isempty(part)
    group by group_id, number, person_id
),

changes as (
    select group_id, number, lower(presence) as changed_at, 1 as change from presences
    union all
    select group_id, number, upper(presence) as changed_at, -1 as change from presences
),

levels as (
    select
        group_id,
        number,
        sum(change) over (
            partition by group_id, number
            order by changed_at, change
            rows unbounded preceding
        ) as persons
    from changes
),

peaks as (
    select
        group_id,
        number,
        max(persons) as peak_occupancy
    from levels
    group by group_id, number
),

times as (
    select
        group_id,
        number,
        sum(extract(epoch from upper(presence) - lower(presence))) as person_seconds
    from presences
    group by group_id, number
),

counted as (
    select
        group_id,
        number,
        min(edges[number]) as bucket_start,
        min(extract(epoch from edges[number + 1] - edges[number])) as bucket_seconds,
        count(*) as visitors
    from attendance
    group by group_id, number
)

select
    counted.group_id,
    counted.bucket_start,
    counted.visitors,
    (coalesce(times.person_seconds, 0) / counted.bucket_seconds)::double precision
        as avg_occupancy,
    coalesce(peaks.peak_occupancy, 0)::bigint as peak_occupancy
from counted
left join times on counted.group_id = times.group_id and counted.number = times.number
left join peaks on counted.group_id = peaks.group_id and counted.number = peaks.number
