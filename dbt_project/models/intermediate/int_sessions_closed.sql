{{ config(unlogged=true) }}

with sessions as (
    select * from {{ ref('fct_sessions') }}
),

cameras as (
    select * from {{ ref('int_cameras_located') }}
),

weeks as (
    select * from {{ ref('int_group_weeks_touched') }}
),

hours as (
    select * from {{ ref('int_hours_mapped') }}
),

closed as (
    select
        sessions.person_id,
        sessions.camera_id,
        sessions.site_id,
        sessions.exit_at - sessions.entry_at as dwell,
        {{ hour_start('sessions.entry_at', 'cameras.timezone') }} as hour_start
    from sessions
    inner join cameras on sessions.camera_id = cameras.camera_id
    {%- if is_partial() %}
    inner join weeks
        on
            cameras.site_id = weeks.site_id
            and sessions.entry_at >= weeks.touched_from
            and sessions.entry_at < weeks.touched_until
    {%- endif %}
    where sessions.session_status = 'closed'
),

bucketed as (
    select
        closed.person_id,
        closed.camera_id,
        closed.site_id,
        closed.dwell,
        closed.hour_start,
        hours.day_start,
        hours.week_start
    from closed
    inner join hours using (site_id, hour_start)
)

select * from bucketed
