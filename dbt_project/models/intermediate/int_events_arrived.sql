{{ config(unlogged=true) }}

with pending as (
    select * from {{ ref('int_loads_pending') }}
),

raw_events as (
    select raw_rows.*
    from {{ pending_rows('raw_rows') }}
    where {{ is_partial_as_sql() }}
),

arrived as (
    select
        person_id,
        camera_id,
        event_type,
        event_at,
        {{ merged_attributes() }}
    from raw_events
    group by person_id, camera_id, event_type, event_at
)

select * from arrived
