create table {table} as
with activities as (
    select
        camera_id,
        date_trunc({grain}, bucket_start, 'UTC') as bucket_start,
        site_id,
        sum(events)::bigint as events,
        sum(entries)::bigint as entries,
        sum(exits)::bigint as exits,
        count(distinct person_id) as visitors
    from bare.agg_person_hourly
    group by 1, 2, 3
),

dwells as (
    select
        camera_id,
        date_trunc({grain}, entry_at, 'UTC') as bucket_start,
        count(*) as sessions_closed,
        extract(epoch from sum(dwell))::double precision as total_dwell_seconds,
        (extract(epoch from sum(dwell)) / count(*))::double precision as avg_dwell_seconds,
        percentile_cont(0.5) within group (order by dwell_seconds) as median_dwell_seconds,
        percentile_cont(0.9) within group (order by dwell_seconds) as p90_dwell_seconds,
        max(dwell_seconds) as max_dwell_seconds,
        count(distinct person_id) filter (where dwell > interval '10 minutes') as waiting_visitors
    from bare.closed
    group by 1, 2
),

occupancies as (
    select
        camera_id,
        date_trunc({grain}, hour_start, 'UTC') as bucket_start,
        sum(person_seconds) as person_seconds,
        max(peak_occupancy) as peak_occupancy,
        sum(occupied_seconds) as occupied_seconds
    from bare.camera_occupancies
    group by 1, 2
)

select
    camera_id,
    bucket_start,
    site_id,
    {seconds}::integer as bucket_seconds,
    events,
    entries,
    exits,
    visitors,
    coalesce(sessions_closed, 0) as sessions_closed,
    total_dwell_seconds,
    avg_dwell_seconds,
    median_dwell_seconds,
    p90_dwell_seconds,
    max_dwell_seconds,
    coalesce(waiting_visitors, 0) as waiting_visitors,
    coalesce(person_seconds, 0)::double precision as person_seconds,
    (coalesce(person_seconds, 0) / {seconds})::double precision as avg_occupancy,
    coalesce(peak_occupancy, 0) as peak_occupancy,
    coalesce(occupied_seconds, 0)::double precision as occupied_seconds
from activities
left join dwells using (camera_id, bucket_start)
left join occupancies using (camera_id, bucket_start)
