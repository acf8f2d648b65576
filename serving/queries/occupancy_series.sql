with {attendance},

-- One person under two cameras of a site is one person.
presences as (
    select
        group_id,
        bucket_start,
        unnest(range_agg(part)) as presence
    from parts
    where not isempty(part)
    group by bucket_start, group_id, person_id
),

changes as (
    select group_id, bucket_start, lower(presence) as changed_at, 1 as change from presences
    union all
    select group_id, bucket_start, upper(presence) as changed_at, -1 as change from presences
),

levels as (
    select
        group_id,
        bucket_start,
        sum(change) over (
            partition by bucket_start, group_id
            order by changed_at, change
            rows unbounded preceding
        ) as persons
    from changes
),

peaks as (
    select
        group_id,
        bucket_start,
        max(persons) as peak_occupancy
    from levels
    group by bucket_start, group_id
),

times as (
    select
        group_id,
        bucket_start,
        sum(extract(epoch from upper(presence) - lower(presence))) as person_seconds
    from presences
    group by bucket_start, group_id
),

counted as (
    select
        group_id,
        bucket_start,
        min(extract(epoch from bucket_end - bucket_start)) as bucket_seconds,
        count(*) as visitors
    from attendance
    group by bucket_start, group_id
)

select
    counted.group_id,
    counted.bucket_start,
    counted.visitors,
    (coalesce(times.person_seconds, 0) / counted.bucket_seconds)::double precision
        as avg_occupancy,
    coalesce(peaks.peak_occupancy, 0)::bigint as peak_occupancy
from counted
left join times on counted.group_id = times.group_id and counted.bucket_start = times.bucket_start
left join peaks on counted.group_id = peaks.group_id and counted.bucket_start = peaks.bucket_start
