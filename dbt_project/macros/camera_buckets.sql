{#- The rows of agg_camera_* for one grain: hour, day or week. -#}
{% macro camera_buckets(grain) -%}
with hours as (
    select
        timezone,
        hour_start,
        {{ grain }}_start as bucket_start,
        {{ seconds(grain ~ '_end - ' ~ grain ~ '_start') }} as bucket_seconds
    from {{ ref('int_hours_mapped') }}
),

activities as (
    select
        activities.camera_id,
        hours.bucket_start,
        activities.site_id,
        hours.bucket_seconds,
        sum(activities.events)::bigint as events,
        sum(activities.entries)::bigint as entries,
        sum(activities.exits)::bigint as exits,
        count(distinct activities.person_id) as visitors,
        {{ seconds('sum(activities.present)') }} as person_seconds
    from {{ ref('int_activities_bucketed') }} as activities
    inner join hours using (timezone, hour_start)
    group by
        activities.camera_id, hours.bucket_start, activities.site_id, hours.bucket_seconds
),

dwells as (
    select
        sessions.camera_id,
        hours.bucket_start,
        {{ dwell_statistics() }}
    from {{ ref('int_sessions_closed') }} as sessions
    inner join hours using (timezone, hour_start)
    group by sessions.camera_id, hours.bucket_start
),

occupancies as (
    select
        occupancies.camera_id,
        hours.bucket_start,
        max(occupancies.peak_occupancy) as peak_occupancy,
        sum(occupancies.occupied) as occupied
    from {{ ref('int_occupancies_swept') }} as occupancies
    inner join {{ ref('int_cameras_located') }} as cameras using (camera_id)
    inner join hours using (timezone, hour_start)
    group by occupancies.camera_id, hours.bucket_start
),

buckets as (
    select
        camera_id,
        bucket_start,
        activities.site_id,
        activities.bucket_seconds::integer as bucket_seconds,
        activities.events,
        activities.entries,
        activities.exits,
        activities.visitors,
        coalesce(dwells.sessions_closed, 0) as sessions_closed,
        dwells.total_dwell_seconds,
        dwells.avg_dwell_seconds,
        dwells.median_dwell_seconds,
        dwells.p90_dwell_seconds,
        dwells.max_dwell_seconds,
        coalesce(dwells.waiting_visitors, 0) as waiting_visitors,
        activities.person_seconds::double precision as person_seconds,
        (activities.person_seconds / activities.bucket_seconds)::double precision
            as avg_occupancy,
        coalesce(occupancies.peak_occupancy, 0) as peak_occupancy,
        coalesce({{ seconds_as_double('occupancies.occupied') }}, 0) as occupied_seconds
    from activities
    left join dwells using (camera_id, bucket_start)
    left join occupancies using (camera_id, bucket_start)
)

select * from buckets
{%- endmacro %}
