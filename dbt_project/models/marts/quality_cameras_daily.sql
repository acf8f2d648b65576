{{ config(
    touched={'by': 'int_camera_days_touched', 'keys': ['camera_id'], 'at': 'bucket_start'},
) }}

with touched as (
    select * from {{ ref('int_camera_days_touched') }}
),

cameras as (
    select * from {{ ref('int_cameras_located') }}
),

mapped as (
    select * from {{ ref('int_hours_mapped') }}
),

activities as (
    select
        hours.camera_id,
        hours.day_start as bucket_start,
        sum(hours.events) as events,
        sum(hours.entries)::bigint as entries,
        sum(hours.exits)::bigint as exits
    from {{ touched_rows(ref('agg_person_hourly'), 'hours', 'bucket_start', ['camera_id']) }}
    group by 1, 2
    having sum(hours.events) > 0
),

outcomes as (
    select
        sessions.camera_id,
        {{ 'touched.touched_from' if is_partial() else 'mapped.day_start' }} as bucket_start,
        count(*) filter (where sessions.session_status = 'closed') as closed,
        count(*) filter (where sessions.session_status = 'missing_exit') as missing_exits,
        count(*) filter (where sessions.session_status = 'timed_out') as timed_out
    from {{ touched_rows(ref('fct_sessions'), 'sessions', 'entry_at', ['camera_id']) }}
    {%- if not is_partial() %}
    inner join cameras on sessions.camera_id = cameras.camera_id
    inner join mapped
        on
            sessions.site_id = mapped.site_id
            and mapped.hour_start = {{ hour_start('sessions.entry_at', 'cameras.timezone') }}
    {%- endif %}
    group by 1, 2
),

orphans as (
    select
        orphan_exits.camera_id,
        {{ 'touched.touched_from' if is_partial() else 'mapped.day_start' }} as bucket_start,
        count(*) as orphan_exits
    from {{ touched_rows(ref('fct_orphan_exits'), 'orphan_exits', 'exit_at', ['camera_id']) }}
    {%- if not is_partial() %}
    inner join cameras on orphan_exits.camera_id = cameras.camera_id
    inner join mapped
        on
            orphan_exits.site_id = mapped.site_id
            and mapped.hour_start = {{ hour_start('orphan_exits.exit_at', 'cameras.timezone') }}
    {%- endif %}
    group by 1, 2
),

arrivals as (
    select
        raw_rows.camera_id,
        raw_rows.day_start as bucket_start,
        sum(raw_rows.raw_rows) as raw_rows
    from {{ touched_rows(ref('int_raw_rows_counted'), 'raw_rows', 'day_start', ['camera_id']) }}
    group by 1, 2
),

judged as (
    select
        camera_id,
        bucket_start,
        activities.entries,
        activities.exits,
        coalesce(outcomes.closed, 0) as closed,
        coalesce(outcomes.missing_exits, 0) as missing_exits,
        coalesce(outcomes.timed_out, 0) as timed_out,
        coalesce(orphans.orphan_exits, 0) as orphan_exits,
        (arrivals.raw_rows - activities.events)::bigint as duplicate_rows,
        outcomes.closed::double precision / nullif(activities.entries, 0) as pairing_rate
    from activities
    inner join arrivals using (camera_id, bucket_start)
    left join outcomes using (camera_id, bucket_start)
    left join orphans using (camera_id, bucket_start)
)

select * from judged
