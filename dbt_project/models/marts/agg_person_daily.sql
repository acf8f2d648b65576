{{ config(
    touched={'by': 'int_site_days_touched', 'keys': ['site_id'], 'at': 'bucket_start'},
) }}

with touched as (
    select * from {{ ref('int_site_days_touched') }}
),

-- Who enters has an event on that day, so that both are of the same days.
activities as (
    select
        hours.person_id,
        hours.site_id,
        hours.day_start,
        hours.week_start,
        hours.local_date,
        hours.events,
        hours.entries,
        hours.exits,
        hours.first_event_at,
        hours.last_event_at,
        hours.sessions_ended,
        hours.ended_dwell_seconds,
        hours.max_ended_dwell_seconds,
        0 as sessions_closed
    from {{ touched_rows(ref('agg_person_hourly'), 'hours', 'bucket_start') }}
    union all
    select
        sessions.person_id,
        sessions.site_id,
        sessions.day_start,
        null::timestamptz as week_start,
        null::date as local_date,
        0 as events,
        0 as entries,
        0 as exits,
        null::timestamptz as first_event_at,
        null::timestamptz as last_event_at,
        0 as sessions_ended,
        null::double precision as ended_dwell_seconds,
        null::double precision as max_ended_dwell_seconds,
        1 as sessions_closed
    from {{ ref('int_sessions_closed') }} as sessions
    {{ only_touched(bucket_of_touched('sessions', 'day'), 'sessions.site_id') }}
),

counted as (
    select
        person_id,
        site_id,
        day_start as bucket_start,
        min(week_start) as week_start,
        min(local_date) as local_date,
        sum(events)::bigint as events,
        sum(entries)::bigint as entries,
        sum(exits)::bigint as exits,
        min(first_event_at) as first_event_at,
        max(last_event_at) as last_event_at,
        sum(sessions_closed)::bigint as sessions_closed,
        sum(sessions_ended)::bigint as sessions_ended,
        sum(ended_dwell_seconds::numeric)::double precision as ended_dwell_seconds,
        max(max_ended_dwell_seconds) as max_ended_dwell_seconds
    from activities
    group by day_start, site_id, person_id
)

select * from counted
{{ laid_out_by('bucket_start') }}
