with instants as (
    select * from {{ ref('int_instants_paired') }}
),

cameras as (
    select * from {{ ref('int_cameras_located') }}
),

closed as (
    select
        instants.person_id,
        instants.camera_id,
        instants.event_at as entry_at,
        instants.exit_at,
        instants.exit_at - instants.event_at as dwell,
        cameras.site_id,
        cameras.timezone,
        {{ hour_start('instants.event_at', 'cameras.timezone') }} as hour_start
    from instants
    inner join cameras on instants.camera_id = cameras.camera_id
    where instants.entry_outcome = 'closed'
)

select * from closed
