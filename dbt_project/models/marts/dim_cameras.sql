{{ config(touched={'by': 'int_events_arrived', 'keys': ['camera_id']}) }}

with cameras as (
    select * from {{ ref('int_cameras_located') }}
),

arrived as (
    select distinct camera_id from {{ ref('int_events_arrived') }}
),

counted as (
    select
        camera_id,
        sum(events)::bigint as event_count
    from {{ ref('agg_camera_weekly') }}
    group by camera_id
),

described as (
    select
        cameras.camera_id,
        cameras.site_id,
        cameras.camera_name,
        cameras.zone,
        cameras.category,
        cameras.first_event_at,
        cameras.last_event_at,
        coalesce(counted.event_count, 0) as event_count
    from cameras
    {%- if is_partial() %}
    inner join arrived on cameras.camera_id = arrived.camera_id
    {%- endif %}
    left join counted on cameras.camera_id = counted.camera_id
)

select * from described
