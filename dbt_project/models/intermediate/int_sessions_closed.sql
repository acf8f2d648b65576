{{ config(unlogged=true) }}

with cameras as (
    select * from {{ ref('int_cameras_located') }}
),

touched as (
    {{ weeks_of(ref('int_group_days_touched')) }}
),

hours as (
    select * from {{ ref('int_hours_mapped') }}
),

-- Postgres would not hash by an hour that is still to be computed, but compute it for each pair.
closed as {{ 'materialized' if is_partial() }} (
    select
        sessions.person_id,
        sessions.camera_id,
        sessions.site_id,
        sessions.entry_at,
        sessions.exit_at - sessions.entry_at as dwell,
        {{ hour_start('sessions.entry_at', 'cameras') }} as hour_start
    from {{ touched_rows_by_camera(ref('fct_sessions'), 'sessions', 'entry_at') }}
    where sessions.session_status = 'closed'
),

bucketed as (
    select
        closed.person_id,
        closed.camera_id,
        closed.site_id,
        closed.entry_at,
        closed.dwell,
        closed.hour_start,
        hours.day_start,
        hours.week_start
    from closed
    inner join hours using (site_id, hour_start)
)

select * from bucketed
