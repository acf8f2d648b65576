with events as (
    select * from {{ ref('int_events_deduplicated') }}
),

presences as (
    select * from {{ ref('int_presences_split') }}
),

cameras as (
    select * from {{ ref('int_cameras_located') }}
),

seen as (
    select
        events.person_id,
        events.camera_id,
        cameras.site_id,
        cameras.timezone,
        {{ hour_start('events.event_at', 'cameras.timezone') }} as hour_start,
        1 as is_event,
        (events.event_type = 'entry')::int as is_entry,
        (events.event_type = 'exit')::int as is_exit,
        interval '0' as present
    from events
    inner join cameras on events.camera_id = cameras.camera_id
),

stayed as (
    select
        person_id,
        camera_id,
        site_id,
        timezone,
        hour_start,
        0 as is_event,
        0 as is_entry,
        0 as is_exit,
        present_until - present_from as present
    from presences
),

activities as (
    select * from seen
    union all
    select * from stayed
),

bucketed as (
    select
        person_id,
        camera_id,
        hour_start,
        site_id,
        timezone,
        sum(is_event) as events,
        sum(is_entry) as entries,
        sum(is_exit) as exits,
        sum(present) as present
    from activities
    group by person_id, camera_id, hour_start, site_id, timezone
)

select * from bucketed
