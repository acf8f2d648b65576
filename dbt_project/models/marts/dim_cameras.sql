with cameras as (
    select * from {{ ref('int_cameras_located') }}
),

described as (
    select
        camera_id,
        site_id,
        camera_name,
        zone,
        category,
        first_event_at,
        last_event_at,
        event_count
    from cameras
)

select * from described
