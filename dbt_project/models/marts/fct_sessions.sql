{{ config(
    touched={'by': 'int_pairs_touched', 'keys': ['person_id', 'camera_id'], 'at': 'entry_at'},
) }}

-- depends_on: {{ ref('int_pairs_touched') }}
with instants as (
    select * from {{ ref('int_instants_paired') }}
),

cameras as (
    select * from {{ ref('int_cameras_located') }}
),

clock as (
    select * from {{ ref('int_data_clock') }}
),

sessions as (
    select
        {{ session_id('instants.person_id', 'instants.camera_id', 'instants.event_at') }}
            as session_id,
        instants.person_id,
        instants.camera_id,
        cameras.site_id,
        instants.event_at as entry_at,
        instants.exit_at,
        {{ seconds_as_double('instants.exit_at - instants.event_at') }} as dwell_seconds,
        case
            when instants.entry_outcome <> 'unfinished' then instants.entry_outcome
            when clock.data_clock_at - instants.event_at <= {{ max_session() }} then 'open'
            else 'timed_out'
        end as session_status
    from instants
    inner join cameras on instants.camera_id = cameras.camera_id
    cross join clock
    where instants.has_entry
)

select * from sessions
{{ laid_out_by('entry_at') }}
