-- What persons did by the hour, and who was present.
create unlogged table bare.presences as
select
    sessions.person_id,
    sessions.camera_id,
    sessions.site_id,
    hour_start,
    greatest(sessions.entry_at, hour_start) as present_from,
    least(sessions.exit_at, hour_start + interval '1 hour') as present_until
from bare.fct_sessions as sessions
cross join lateral generate_series(
    date_trunc('hour', sessions.entry_at), sessions.exit_at, interval '1 hour'
) as hour_start
where sessions.session_status = 'closed' and sessions.exit_at > hour_start;

analyze bare.presences;

create table bare.agg_person_hourly as
with activities as (
    select
        person_id,
        camera_id,
        site_id,
        date_trunc('hour', event_at) as bucket_start,
        event_at,
        is_entry::int as is_entry,
        is_exit::int as is_exit,
        dwell_seconds as ended_dwell_seconds,
        interval '0' as present
    from bare.fct_events
    union all
    select
        person_id,
        camera_id,
        site_id,
        hour_start,
        null as event_at,
        0 as is_entry,
        0 as is_exit,
        null as ended_dwell_seconds,
        present_until - present_from as present
    from bare.presences
),

hours as (
    select
        person_id,
        camera_id,
        bucket_start,
        site_id,
        count(event_at) as events,
        sum(is_entry)::bigint as entries,
        sum(is_exit)::bigint as exits,
        min(event_at) as first_event_at,
        max(event_at) as last_event_at,
        extract(epoch from sum(present))::double precision as person_seconds,
        count(ended_dwell_seconds) as sessions_ended,
        sum(ended_dwell_seconds::numeric)::double precision as ended_dwell_seconds,
        max(ended_dwell_seconds) as max_ended_dwell_seconds
    from activities
    group by person_id, camera_id, bucket_start, site_id
)

select
    person_id,
    camera_id,
    bucket_start,
    site_id,
    (bucket_start at time zone 'UTC')::date as local_date,
    date_trunc('day', bucket_start, 'UTC') as day_start,
    date_trunc('week', bucket_start, 'UTC') as week_start,
    events,
    entries,
    exits,
    first_event_at,
    last_event_at,
    person_seconds,
    sessions_ended,
    ended_dwell_seconds,
    max_ended_dwell_seconds
from hours;

analyze bare.agg_person_hourly;

-- One person under two cameras is one person.
create unlogged table bare.united as
with united as (
    select
        person_id,
        site_id,
        hour_start,
        unnest(range_agg(tstzrange(present_from, present_until))) as present
    from bare.presences
    where present_from < present_until
    group by person_id, site_id, hour_start
)

select
    person_id,
    site_id,
    hour_start,
    lower(present) as present_from,
    upper(present) as present_until
from united;

create unlogged table bare.closed as
select
    *,
    exit_at - entry_at as dwell
from bare.fct_sessions
where session_status = 'closed';

create unlogged table bare.firsts as
select
    person_id,
    site_id,
    min(bucket_start) as first_hour
from bare.agg_person_hourly
where events > 0
group by person_id, site_id;

analyze bare.united, bare.closed, bare.firsts;
