create table {table} as
with activities as (
    select
        site_id,
        date_trunc({grain}, bucket_start, 'UTC') as bucket_start,
        sum(events)::bigint as events,
        sum(entries)::bigint as entries,
        sum(exits)::bigint as exits,
        count(distinct person_id) as visitors,
        count(distinct person_id) filter (
            where date_trunc({grain}, bucket_start, 'UTC')
            = date_trunc({grain}, first_hour, 'UTC')
        ) as new_visitors
    from bare.agg_person_hourly
    left join bare.firsts using (person_id, site_id)
    group by 1, 2
),

dwells as (
    select
        site_id,
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
        site_id,
        date_trunc({grain}, hour_start, 'UTC') as bucket_start,
        sum(person_seconds) as person_seconds,
        max(peak_occupancy) as peak_occupancy,
        sum(occupied_seconds) as occupied_seconds
    from bare.site_occupancies
    group by 1, 2
),

starts as (
    select
        site_id,
        date_trunc({grain}, started_at, 'UTC') as bucket_start,
        count(*) as visits_started
    from bare.fct_visits
    group by 1, 2
)

select
    site_id,
    bucket_start,
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
    coalesce(occupied_seconds, 0)::double precision as occupied_seconds,
    new_visitors,
    visitors - new_visitors as returning_visitors,
    coalesce(visits_started, 0) as visits_started
from activities
left join dwells using (site_id, bucket_start)
left join occupancies using (site_id, bucket_start)
left join starts using (site_id, bucket_start)
