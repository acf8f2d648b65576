with loads as (
    select load_id from {{ ref('stg_raw__loads') }}
),

events as (
    select * from {{ ref('stg_raw__camera_events') }}
),

deduplicated as (
    select
        person_id,
        camera_id,
        event_type,
        event_at,
        min(load_id) as load_id,
        count(*) as raw_row_count,
        {{ smallest_text('age_group') }} as age_group,
        {{ smallest_text('gender') }} as gender,
        {{ smallest_text('camera_name') }} as camera_name,
        {{ smallest_text('zone') }} as zone,
        {{ smallest_text('site_id') }} as site_id
    from events
    inner join loads using (load_id)
    group by person_id, camera_id, event_type, event_at
)

select * from deduplicated
