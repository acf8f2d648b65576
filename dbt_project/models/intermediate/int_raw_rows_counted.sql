{{ config(
    touched={'by': 'int_loads_pending', 'keys': ['load_id']},
    indexes=[{'columns': ['load_id']}, {'columns': ['camera_id', 'day_start']}],
) }}

with pending as (
    select * from {{ ref('int_loads_pending') }}
),

cameras as (
    select * from {{ ref('int_cameras_located') }}
),

dated as (
    select
        raw_events.load_id,
        raw_events.camera_id,
        cameras.timezone,
        {{ bucket_date('raw_events.event_at', 'cameras') }} as local_date
    from {{ pending_rows('raw_events') }}
    inner join cameras on raw_events.camera_id = cameras.camera_id
),

grouped as (
    select
        load_id,
        camera_id,
        timezone,
        local_date,
        count(*) as raw_rows
    from dated
    group by load_id, camera_id, timezone, local_date
),

counted as (
    select
        load_id,
        camera_id,
        {{ day_start('local_date', 'timezone') }} as day_start,
        raw_rows
    from grouped
)

select * from counted
