with cameras as (
    select * from {{ ref('cameras') }}
),

cleaned as (
    select
        {{ null_if_blank('camera_id') }} as camera_id,
        {{ null_if_blank('camera_name') }} as camera_name,
        {{ null_if_blank('site_id') }} as site_id,
        {{ null_if_blank('zone') }} as zone,
        {{ null_if_blank('category') }} as category
    from cameras
)

select * from cleaned
