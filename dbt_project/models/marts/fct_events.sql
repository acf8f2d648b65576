{{ config(
    touched={'by': 'int_pairs_touched', 'keys': ['person_id', 'camera_id'], 'at': 'event_at'},
) }}

with instants as (
    select * from {{ ref('int_instants_paired') }}
),

cameras as (
    select * from {{ ref('int_cameras_located') }}
),

touched as (
    select * from {{ ref('int_pairs_touched') }}
),

-- `offset 0`: Postgres would join the cameras anew for each touched stretch.
events as (
    select found.*
    from {{ touched_rows(
        ref('int_events_deduplicated'), 'found', 'event_at', ['person_id', 'camera_id']
    ) }}
    {{ 'offset 0' if is_partial() }}
),

matched as (
    select
        events.person_id,
        events.camera_id,
        cameras.site_id,
        events.event_at,
        events.event_type,
        events.event_type = 'entry' as is_entry,
        events.event_type = 'exit' as is_exit,
        case events.event_type
            when 'entry' then events.event_at
            when 'exit' then instants.closes_entry_at
        end as entry_at,
        events.load_id
    from events
    inner join cameras on events.camera_id = cameras.camera_id
    left join instants
        on
            events.person_id = instants.person_id
            and events.camera_id = instants.camera_id
            and events.event_at = instants.event_at
),

identified as (
    select
        {{ event_id('person_id', 'camera_id', 'event_type', 'event_at') }} as event_id,
        person_id,
        camera_id,
        site_id,
        event_at,
        event_type,
        is_entry,
        is_exit,
        case
            when entry_at is not null
                then {{ session_id('person_id', 'camera_id', 'entry_at') }}
        end as session_id,
        case when is_exit then {{ seconds_as_double('event_at - entry_at') }} end as dwell_seconds,
        load_id
    from matched
)

select * from identified
{{ laid_out_by('event_at') }}
