{{ config(
    touched={
        'by': 'int_events_arrived',
        'keys': ['person_id', 'camera_id', 'event_at', 'event_type'],
    },
    reads_itself=true,
    indexes=[{'columns': ['person_id', 'camera_id', 'event_at', 'event_type'], 'unique': true}],
) }}

with pending as (
    select * from {{ ref('int_loads_pending') }}
),

arrived as (
    select * from {{ ref('int_events_arrived') }}
),

raw_events as (
    {{ rows_that_came() }}
),

deduplicated as (
    {%- if is_partial() %}
    select
        arrived.person_id,
        arrived.camera_id,
        arrived.event_type,
        arrived.event_at,
        {{ merged_attributes_of('arrived', 'known') }}
    from arrived
    left join {{ replaced(this) }} as known
        using (person_id, camera_id, event_at, event_type)
    {%- else %}
    select
        person_id,
        camera_id,
        event_type,
        event_at,
        {{ merged_attributes() }}
    from raw_events
    inner join pending using (load_id)
    group by person_id, camera_id, event_type, event_at
    {%- endif %}
)

select * from deduplicated
-- In the order of the index, whose pages then take new rows in one after the other.
{{ 'order by person_id, camera_id, event_at, event_type' if is_partial() }}
