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

raw_events as (
    {{ rows_that_came() }}
),

arrived as (
    select * from {{ ref('int_events_arrived') }}
),

told as (
    {%- if is_partial() %}
    select * from arrived
    union all
    select known.*
    from {{ this }} as known
    inner join arrived using (person_id, camera_id, event_at, event_type)
    {%- else %}
    select
        person_id,
        camera_id,
        event_type,
        event_at,
        load_id,
        age_group,
        gender,
        camera_name,
        zone,
        site_id
    from raw_events
    inner join pending using (load_id)
    {%- endif %}
),

deduplicated as (
    select
        person_id,
        camera_id,
        event_type,
        event_at,
        {{ merged_attributes() }}
    from told
    group by person_id, camera_id, event_type, event_at
)

select * from deduplicated
