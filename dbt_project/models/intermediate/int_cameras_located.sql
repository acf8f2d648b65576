with events as (
    select * from {{ ref('int_events_deduplicated') }}
),

listed_cameras as (
    select * from {{ ref('stg_seeds__cameras') }}
),

listed_sites as (
    select * from {{ ref('stg_seeds__sites') }}
),

seen_cameras as (
    select
        camera_id,
        {{ smallest_text('site_id') }} as site_id,
        {{ smallest_text('camera_name') }} as camera_name,
        {{ smallest_text('zone') }} as zone,
        min(event_at) as first_event_at,
        max(event_at) as last_event_at,
        count(*) as event_count
    from events
    group by camera_id
),

cameras as (
    select
        camera_id,
        coalesce(listed_cameras.site_id, seen_cameras.site_id, 'default') as site_id,
        coalesce(listed_cameras.camera_name, seen_cameras.camera_name) as camera_name,
        coalesce(listed_cameras.zone, seen_cameras.zone) as zone,
        listed_cameras.category,
        seen_cameras.first_event_at,
        seen_cameras.last_event_at,
        coalesce(seen_cameras.event_count, 0) as event_count
    from seen_cameras
    full join listed_cameras using (camera_id)
),

located as (
    select
        cameras.camera_id,
        cameras.site_id,
        coalesce(listed_sites.timezone, '{{ var("default_timezone") }}') as timezone,
        cameras.camera_name,
        cameras.zone,
        coalesce(cameras.category, {{ camera_category('cameras.camera_name', 'cameras.zone') }})
            as category,
        cameras.first_event_at,
        cameras.last_event_at,
        cameras.event_count
    from cameras
    left join listed_sites on cameras.site_id = listed_sites.site_id
)

select * from located
