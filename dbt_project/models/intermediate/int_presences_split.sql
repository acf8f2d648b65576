{{ config(unlogged=true) }}

with cameras as (
    select * from {{ ref('int_cameras_located') }}
),

touched as (
    select
        *,
        touched_from - {{ max_session() }} as entered_from
    from {{ ref('int_site_days_touched') }}
),

closed as (
    select
        sessions.person_id,
        sessions.camera_id,
        sessions.site_id,
        sessions.entry_at,
        sessions.exit_at,
        cameras.timezone,
        cameras.has_whole_hours,
        {%- if is_partial() %}
        touched.touched_from,
        touched.touched_until,
        {%- else %}
        '-infinity'::timestamptz as touched_from,
        'infinity'::timestamptz as touched_until,
        {%- endif %}
        {{ hour_start('sessions.entry_at', 'cameras') }} as hour_start
    from {{ touched_rows_by_camera(ref('fct_sessions'), 'sessions', 'entry_at', 'entered_from') }}
    where
        sessions.session_status = 'closed'
        {%- if is_partial() %}
        and sessions.exit_at >= touched.touched_from
        {%- endif %}
),

-- A step of one hour lands once in each hour that the session meets, also in a cut one; half an
-- hour beyond the end reaches the last one where a cut has shifted the steps.
steps as (
    select
        *,
        generate_series(
            hour_start, exit_at + interval '30 minutes', interval '1 hour'
        ) as step_at
    from closed
),

-- `offset 0`: Postgres would compute an hour anew wherever it is used below.
hours as (
    select
        steps.person_id,
        steps.camera_id,
        steps.site_id,
        steps.entry_at,
        steps.exit_at,
        steps.timezone,
        steps.touched_from,
        steps.touched_until,
        {{ hour_start('steps.step_at', 'steps') }} as hour_start,
        {{ hour_start("(steps.step_at + interval '1 hour')", 'steps') }} as hour_end
    from steps
    {{ 'offset 0' if is_partial() }}
),

presences as (
    select
        person_id,
        camera_id,
        site_id,
        timezone,
        entry_at,
        hour_start,
        greatest(entry_at, hour_start) as present_from,
        least(exit_at, hour_end) as present_until
    from hours
    where
        entry_at < hour_end
        and exit_at > hour_start
        and hour_start >= touched_from
        and hour_start < touched_until
)

select * from presences
