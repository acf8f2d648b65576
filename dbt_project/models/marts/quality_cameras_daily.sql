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

-- All that is counted of a day, one kind below the other and added up at once: a join of counts
-- would have to guess how many of them meet.
counted as (
    select
        hours.camera_id,
        hours.day_start as bucket_start,
        hours.events,
        hours.entries,
        hours.exits,
        null as session_status,
        0 as orphan_exits,
        0 as raw_rows
    from {{ touched_rows(ref('agg_person_hourly'), 'hours', 'bucket_start', ['camera_id']) }}
    union all
    select
        sessions.camera_id,
        {{ 'touched.touched_from' if is_partial() else 'mapped.day_start' }} as bucket_start,
        0 as events,
        0 as entries,
        0 as exits,
        sessions.session_status,
        0 as orphan_exits,
        0 as raw_rows
    from {{ touched_rows(ref('fct_sessions'), 'sessions', 'entry_at', ['camera_id']) }}
    {%- if not is_partial() %}
    inner join cameras on sessions.camera_id = cameras.camera_id
    inner join mapped
        on
            sessions.site_id = mapped.site_id
            and mapped.hour_start = {{ hour_start('sessions.entry_at', 'cameras') }}
    {%- endif %}
    union all
    select
        orphan_exits.camera_id,
        {{ 'touched.touched_from' if is_partial() else 'mapped.day_start' }} as bucket_start,
        0 as events,
        0 as entries,
        0 as exits,
        null as session_status,
        1 as orphan_exits,
        0 as raw_rows
    from {{ touched_rows(ref('fct_orphan_exits'), 'orphan_exits', 'exit_at', ['camera_id']) }}
    {%- if not is_partial() %}
    inner join cameras on orphan_exits.camera_id = cameras.camera_id
    inner join mapped
        on
            orphan_exits.site_id = mapped.site_id
            and mapped.hour_start = {{ hour_start('orphan_exits.exit_at', 'cameras') }}
    {%- endif %}
    union all
    select
        arrived.camera_id,
        arrived.day_start as bucket_start,
        0 as events,
        0 as entries,
        0 as exits,
        null as session_status,
        0 as orphan_exits,
        arrived.raw_rows
    from {{ touched_rows(ref('int_raw_rows_counted'), 'arrived', 'day_start', ['camera_id']) }}
),

judged as (
    select
        camera_id,
        bucket_start,
        sum(entries)::bigint as entries,
        sum(exits)::bigint as exits,
        count(*) filter (where session_status = 'closed') as closed,
        count(*) filter (where session_status = 'missing_exit') as missing_exits,
        count(*) filter (where session_status = 'timed_out') as timed_out,
        sum(orphan_exits)::bigint as orphan_exits,
        (sum(raw_rows) - sum(events))::bigint as duplicate_rows,
        (count(*) filter (where session_status = 'closed'))::double precision
        / nullif(sum(entries), 0) as pairing_rate
    from counted
    group by 1, 2
    having sum(events) > 0
)

select * from judged
