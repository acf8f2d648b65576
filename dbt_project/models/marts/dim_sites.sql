with cameras as (
    select * from {{ ref('int_cameras_located') }}
),

listed_sites as (
    select * from {{ ref('stg_seeds__sites') }}
),

counted as (
    select
        site_id,
        count(*) as camera_count
    from cameras
    group by site_id
),

sites as (
    select
        site_id,
        listed_sites.site_name,
        coalesce(listed_sites.timezone, '{{ var("default_timezone") }}') as timezone,
        coalesce(counted.camera_count, 0) as camera_count
    from counted
    full join listed_sites using (site_id)
)

select * from sites
