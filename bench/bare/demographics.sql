create table {table} as
with persons as (
    select
        person_id,
        coalesce(age_group, 'unknown') as age_group,
        coalesce(gender, 'unknown') as gender
    from bare.dim_persons
),

seen as (
    select distinct
        site_id,
        date_trunc({grain}, bucket_start, 'UTC') as bucket_start,
        person_id
    from bare.agg_person_hourly
),

counted as (
    select
        site_id,
        bucket_start,
        age_group,
        gender,
        count(*) as visitors
    from seen
    inner join persons using (person_id)
    group by 1, 2, 3, 4
),

dwells as (
    select
        site_id,
        date_trunc({grain}, entry_at, 'UTC') as bucket_start,
        age_group,
        gender,
        count(*) as sessions_closed,
        extract(epoch from sum(dwell))::double precision as total_dwell_seconds,
        (extract(epoch from sum(dwell)) / count(*))::double precision as avg_dwell_seconds,
        percentile_cont(0.5) within group (order by dwell_seconds) as median_dwell_seconds,
        max(dwell_seconds) as max_dwell_seconds
    from bare.closed
    inner join persons using (person_id)
    group by 1, 2, 3, 4
)

select
    site_id,
    bucket_start,
    age_group,
    gender,
    visitors,
    coalesce(sessions_closed, 0) as sessions_closed,
    total_dwell_seconds,
    avg_dwell_seconds,
    median_dwell_seconds,
    max_dwell_seconds
from counted
left join dwells using (site_id, bucket_start, age_group, gender)
