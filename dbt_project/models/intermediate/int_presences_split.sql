with sessions as (
    select * from {{ ref('int_sessions_closed') }}
),

-- A step of one hour lands once in each hour that the session meets, also in a cut one; half an
-- hour beyond the end reaches the last one where a cut has shifted the steps.
steps as (
    select
        sessions.*,
        step_at
    from sessions
    cross join lateral generate_series(
        hour_start, exit_at + interval '30 minutes', interval '1 hour'
    ) as step_at
),

hours as (
    select
        person_id,
        camera_id,
        entry_at,
        exit_at,
        site_id,
        timezone,
        {{ hour_start('step_at', 'timezone') }} as hour_start,
        {{ hour_start("(step_at + interval '1 hour')", 'timezone') }} as hour_end
    from steps
),

presences as (
    select
        person_id,
        camera_id,
        entry_at,
        hour_start,
        site_id,
        timezone,
        greatest(entry_at, hour_start) as present_from,
        least(exit_at, hour_end) as present_until
    from hours
    where entry_at < hour_end and exit_at > hour_start
)

select * from presences
