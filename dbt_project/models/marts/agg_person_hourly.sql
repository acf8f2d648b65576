{{ config(
    touched={'by': 'int_site_days_touched', 'keys': ['site_id'], 'at': 'bucket_start'},
) }}

with presences as (
    select * from {{ ref('int_presences_split') }}
),

cameras as (
    select * from {{ ref('int_cameras_located') }}
),

touched as (
    select * from {{ ref('int_site_days_touched') }}
),

seen as (
    select
        events.person_id,
        events.camera_id,
        cameras.site_id,
        cameras.timezone,
        {{ hour_start('events.event_at', 'cameras') }} as bucket_start,
        events.event_at,
        events.is_entry,
        events.is_exit,
        events.dwell_seconds as ended_dwell_seconds,
        null::interval as present
    from {{ touched_rows_by_camera(ref('fct_events'), 'events', 'event_at') }}
),

stayed as (
    select
        person_id,
        camera_id,
        site_id,
        timezone,
        hour_start as bucket_start,
        null::timestamptz as event_at,
        false as is_entry,
        false as is_exit,
        null::double precision as ended_dwell_seconds,
        present_until - present_from as present
    from presences
),

activities as (
    select * from seen
    union all
    select * from stayed
),

bucketed as (
    select
        person_id,
        camera_id,
        bucket_start,
        site_id,
        timezone,
        count(event_at) as events,
        count(*) filter (where is_entry) as entries,
        count(*) filter (where is_exit) as exits,
        min(event_at) as first_event_at,
        max(event_at) as last_event_at,
        {{ seconds_as_double("coalesce(sum(present), interval '0')") }} as person_seconds,
        count(ended_dwell_seconds) as sessions_ended,
        sum(ended_dwell_seconds::numeric)::double precision as ended_dwell_seconds,
        max(ended_dwell_seconds) as max_ended_dwell_seconds
    from activities
    group by person_id, camera_id, bucket_start, site_id, timezone
),

-- Calendar arithmetic once an hour, not once a row.
hours as (
    select distinct
        timezone,
        bucket_start
    from bucketed
),

mapped as (
    select
        timezone,
        bucket_start,
        (bucket_start at time zone timezone)::date as local_date,
        {{ bucket_starts('bucket_start', 'timezone') }}
    from hours
),

dated as (
    select
        bucketed.person_id,
        bucketed.camera_id,
        bucketed.bucket_start,
        bucketed.site_id,
        mapped.local_date,
        mapped.day_start,
        mapped.week_start,
        bucketed.events,
        bucketed.entries,
        bucketed.exits,
        bucketed.first_event_at,
        bucketed.last_event_at,
        bucketed.person_seconds,
        bucketed.sessions_ended,
        bucketed.ended_dwell_seconds,
        bucketed.max_ended_dwell_seconds
    from bucketed
    inner join mapped using (timezone, bucket_start)
)

select * from dated
{{ laid_out_by('bucket_start') }}
