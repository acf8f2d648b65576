{{ config(
    touched={'by': 'int_site_days_touched', 'keys': ['site_id'], 'at': 'day_start'},
    indexes=[{'columns': ['site_id', 'day_start']}, {'columns': ['person_id']}],
) }}

with touched as (
    select * from {{ ref('int_site_days_touched') }}
),

counted as (
    select
        hours.person_id,
        hours.site_id,
        hours.day_start,
        hours.week_start,
        hours.local_date,
        min(hours.first_event_at) as first_event_at,
        max(hours.last_event_at) as last_event_at,
        sum(hours.events)::bigint as events,
        sum(hours.entries)::bigint as entries,
        sum(hours.exits)::bigint as exits,
        sum(hours.sessions_ended)::bigint as closed_sessions,
        sum(hours.ended_dwell_seconds::numeric) as total_dwell_seconds,
        max(hours.max_ended_dwell_seconds) as max_dwell_seconds
    from {{ touched_rows(ref('agg_person_hourly'), 'hours', 'bucket_start') }}
    group by hours.person_id, hours.site_id, hours.day_start, hours.week_start, hours.local_date
)

select * from counted
