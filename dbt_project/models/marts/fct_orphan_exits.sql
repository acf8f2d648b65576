{{ config(
    touched={'by': 'int_pairs_touched', 'keys': ['person_id', 'camera_id'], 'at': 'exit_at'},
) }}

-- depends_on: {{ ref('int_pairs_touched') }}
with instants as (
    select * from {{ ref('int_instants_paired') }}
),

cameras as (
    select * from {{ ref('int_cameras_located') }}
),

orphan_exits as (
    select
        {{ event_id('instants.person_id', 'instants.camera_id', "'exit'", 'instants.event_at') }}
            as event_id,
        instants.person_id,
        instants.camera_id,
        cameras.site_id,
        instants.event_at as exit_at
    from instants
    inner join cameras on instants.camera_id = cameras.camera_id
    where instants.has_exit and instants.closes_entry_at is null
)

select * from orphan_exits
