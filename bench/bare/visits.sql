-- A visit ends where the next stay starts more than three hours after the latest end so far.
create table bare.fct_visits as
with stays as (
    select
        person_id,
        site_id,
        camera_id,
        entry_at as stayed_from,
        coalesce(exit_at, entry_at) as stayed_until,
        1 as is_session
    from bare.fct_sessions
    union all
    select
        person_id,
        site_id,
        camera_id,
        exit_at,
        exit_at,
        0
    from bare.fct_orphan_exits
),

marked as (
    select
        *,
        max(stayed_until) over (
            partition by person_id, site_id order by stayed_from, camera_id
            rows between unbounded preceding and 1 preceding
        ) + interval '3 hours' < stayed_from as is_after_a_gap
    from stays
),

numbered as (
    select
        *,
        count(*) filter (where is_after_a_gap) over (
            partition by person_id, site_id order by stayed_from, camera_id
            rows between unbounded preceding and current row
        ) as visit_number
    from marked
),

visits as (
    select
        person_id,
        site_id,
        min(stayed_from) as started_at,
        max(stayed_until) as ended_at,
        sum(is_session)::bigint as session_count,
        count(distinct camera_id) as camera_count,
        (array_agg(camera_id order by stayed_from, camera_id))[1] as first_camera_id,
        (array_agg(camera_id order by stayed_from desc, camera_id desc))[1] as last_camera_id
    from numbered
    group by person_id, site_id, visit_number
)

select
    md5(json_build_array(
        person_id, site_id, (extract(epoch from started_at) * 1000000)::bigint
    )::text)::uuid as visit_id,
    person_id,
    site_id,
    started_at,
    ended_at,
    extract(epoch from ended_at - started_at)::double precision as duration_seconds,
    session_count,
    camera_count,
    first_camera_id,
    last_camera_id,
    date_trunc('day', started_at, 'UTC') > date_trunc(
        'day', min(started_at) over (partition by person_id, site_id), 'UTC'
    ) as is_returning
from visits;

analyze bare.fct_visits;

create table bare.agg_transitions_daily as
with ordered as (
    select
        sessions.site_id,
        lag(sessions.camera_id) over in_order as from_camera_id,
        sessions.camera_id as to_camera_id,
        lag(sessions.exit_at) over in_order as left_at,
        sessions.entry_at
    from bare.fct_visits as visits
    inner join bare.fct_sessions as sessions
        on
            visits.person_id = sessions.person_id
            and visits.site_id = sessions.site_id
            and sessions.entry_at between visits.started_at and visits.ended_at
    window in_order as (
        partition by visits.visit_id order by sessions.entry_at, sessions.camera_id
    )
)

select
    site_id,
    date_trunc('day', entry_at, 'UTC') as bucket_start,
    from_camera_id,
    to_camera_id,
    count(*) as transitions,
    percentile_cont(0.5) within group (
        order by extract(epoch from entry_at - left_at)::double precision
    ) filter (where entry_at >= left_at) as median_transit_seconds
from ordered
where from_camera_id <> to_camera_id
group by site_id, bucket_start, from_camera_id, to_camera_id;
