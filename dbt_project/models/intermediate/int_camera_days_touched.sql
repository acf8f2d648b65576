{{ config(unlogged=true) }}

with cameras as (
    select * from {{ ref('int_cameras_located') }}
),

changed as (
    select
        camera_id,
        event_at
    from {{ ref('int_instants_paired') }}
    where {{ is_partial_as_sql() }}
    union all
    select
        camera_id,
        event_at
    from {{ ref('int_events_arrived') }}
),

days as (
    select distinct
        cameras.camera_id,
        cameras.site_id,
        cameras.timezone,
        {{ bucket_date('changed.event_at', 'cameras') }} as local_date
    from changed
    inner join cameras on changed.camera_id = cameras.camera_id
),

touched as (
    select
        camera_id,
        site_id,
        timezone,
        {{ day_start('local_date', 'timezone') }} as touched_from,
        {{ day_start('local_date + 1', 'timezone') }} as touched_until
    from days
)

select * from touched
