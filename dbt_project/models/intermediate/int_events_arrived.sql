{{ config(unlogged=true) }}

with pending as (
    select * from {{ ref('int_loads_pending') }}
),

raw_events as (
    select * from {{ ref('stg_raw__camera_events') }}
),

arrived as (
    select
        person_id,
        camera_id,
        event_type,
        event_at,
        {{ merged_attributes() }}
    from raw_events
    inner join pending using (load_id)
    where {{ 'true' if is_partial() else 'false' }}
    group by person_id, camera_id, event_type, event_at
)

select * from arrived
