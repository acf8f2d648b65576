{{ config(unlogged=true) }}

with sessions as (
    select * from {{ ref('fct_sessions') }}
),

cameras as (
    select * from {{ ref('int_cameras_located') }}
),

weeks as (
    select * from {{ ref('int_site_weeks_touched') }}
),

closed as (
    select
        sessions.person_id,
        sessions.camera_id,
        sessions.site_id,
        cameras.timezone,
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
        person_id,
        camera_id,
        site_id,
        dwell,
        hour_start,
        {{ bucket_starts('hour_start', 'timezone') }}
    from closed
)

select * from bucketed
