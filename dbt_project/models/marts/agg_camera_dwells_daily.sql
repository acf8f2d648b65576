{{ config(
    touched={'by': 'int_site_days_touched', 'keys': ['site_id'], 'at': 'bucket_start'},
    storage_parameters='toast_tuple_target = 8160',
    stored_externally=['dwells_seconds'],
) }}

with touched as (
    select * from {{ ref('int_site_days_touched') }}
),

arranged as (
    select
        sessions.camera_id,
        sessions.day_start as bucket_start,
        sessions.site_id,
        {{ seconds_as_double('sum(sessions.dwell)') }} as total_dwell_seconds,
        array_agg({{ seconds_as_double('sessions.dwell') }} order by sessions.dwell)
            as dwells_seconds
    from {{ ref('int_sessions_closed') }} as sessions
    {{ only_touched(bucket_of_touched('sessions', 'day'), 'sessions.site_id') }}
    group by 2, 1, 3
)

select * from arranged
{{ laid_out_by('bucket_start') }}
