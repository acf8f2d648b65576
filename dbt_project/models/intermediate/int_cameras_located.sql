{{ config(
    touched={'by': 'int_events_arrived', 'keys': ['camera_id']},
    reads_itself=true,
    indexes=[{'columns': ['camera_id'], 'unique': true}],
) }}

with events as (
    select * from {{ ref('int_events_deduplicated') }}
),

arrived as (
    select * from {{ ref('int_events_arrived') }}
),

listed_cameras as (
    select * from {{ ref('stg_seeds__cameras') }}
),

listed_sites as (
    select * from {{ ref('stg_seeds__sites') }}
),

told as (
    select
        camera_id,
        site_id,
        camera_name,
        zone,
        event_at as first_event_at,
        event_at as last_event_at
    from {{ 'arrived' if is_partial() else 'events' }}
    {%- if is_partial() %}
    union all
    select
        camera_id,
        told_site_id,
        told_camera_name,
        told_zone,
        first_event_at,
        last_event_at
    from {{ replaced(this) }}
    {%- endif %}
),

seen_cameras as (
    select
        camera_id,
        {{ smallest_text('site_id') }} as told_site_id,
        {{ smallest_text('camera_name') }} as told_camera_name,
        {{ smallest_text('zone') }} as told_zone,
        min(first_event_at) as first_event_at,
        max(last_event_at) as last_event_at
    from told
    group by camera_id
),

cameras as (
    select
        *,
        coalesce(listed_cameras.site_id, seen_cameras.told_site_id, 'default') as located_site_id,
        coalesce(listed_cameras.camera_name, seen_cameras.told_camera_name) as located_camera_name,
        coalesce(listed_cameras.zone, seen_cameras.told_zone) as located_zone
    from seen_cameras
    {{ 'left' if is_partial() else 'full' }} join listed_cameras using (camera_id)
),

located as (
    select
        cameras.camera_id,
        cameras.located_site_id as site_id,
        coalesce(listed_sites.timezone, '{{ var("default_timezone") }}') as timezone,
        cameras.located_camera_name as camera_name,
        cameras.located_zone as zone,
        coalesce(
            cameras.category,
            {{ camera_category('cameras.located_camera_name', 'cameras.located_zone') }}
        ) as category,
        cameras.first_event_at,
        cameras.last_event_at,
        cameras.told_site_id,
        cameras.told_camera_name,
        cameras.told_zone
    from cameras
    left join listed_sites on cameras.located_site_id = listed_sites.site_id
),

-- Materialized: it would be computed for each camera.
zones as materialized (
    select
        timezone,
        {{ has_whole_hours('timezone') }} as has_whole_hours
    from (select distinct timezone from located) as used
),

clocked as (
    select
        located.*,
        zones.has_whole_hours
    from located
    inner join zones on located.timezone = zones.timezone
)

select * from clocked
