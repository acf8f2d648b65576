{{ config(
    touched={'by': 'int_site_days_touched', 'keys': ['site_id'], 'at': 'bucket_start'},
) }}

-- depends_on: {{ ref('agg_person_daily') }}
with touched as (
    select * from {{ ref('int_site_days_touched') }}
),

cameras as (
    select * from {{ ref('int_cameras_located') }}
),

mapped as (
    select * from {{ ref('int_hours_mapped') }}
),

{%- if is_partial() %}

entrants as (
    select
        days.person_id,
        days.site_id,
        days.bucket_start as day_start
    from {{ touched_rows(ref('agg_person_daily'), 'days', 'bucket_start') }}
    where days.entries > 0
),

-- Visits with an entry on a touched day: those that start on it, and the one of each person that
-- has gone on into it, which is the first to end since the day began.
concerned as (
    select
        visits.*,
        visits.ended_at + interval '1 microsecond' as gone_from
    from (
        select visits.*
        from {{ touched_rows(ref('fct_visits'), 'visits', 'started_at') }}
        union
        select visits.*
        from entrants
        cross join lateral (
            select known.*
            from {{ ref('fct_visits') }} as known
            where
                known.person_id = entrants.person_id
                and known.site_id = entrants.site_id
                and known.ended_at >= entrants.day_start
            order by known.ended_at
            limit 1
        ) as visits
        where visits.started_at < entrants.day_start
    ) as visits
),
{%- else %}

concerned as (
    select * from {{ ref('fct_visits') }}
),
{%- endif %}

ordered as (
    select
        sessions.site_id,
        sessions.camera_id as to_camera_id,
        sessions.entry_at,
        lag(sessions.camera_id) over in_order as from_camera_id,
        lag(sessions.exit_at) over in_order as left_at
    from concerned
    {%- if is_partial() %}
    cross join lateral {{ looked_up(
        ref('fct_sessions'), ['person_id', 'site_id'], 'entry_at', 'started_at', 'gone_from',
        by='concerned'
    ) }} as sessions
    {%- else %}
    inner join {{ ref('fct_sessions') }} as sessions
        on
            concerned.person_id = sessions.person_id
            and concerned.site_id = sessions.site_id
            and sessions.entry_at between concerned.started_at and concerned.ended_at
    {%- endif %}
    window in_order as (
        partition by concerned.visit_id
        order by sessions.entry_at, sessions.camera_id collate "C"
    )
),

-- Apart from the join with the hours: few rows come out, many would be compared in it.
moved as materialized (
    select
        ordered.site_id,
        {{ hour_start('ordered.entry_at', 'cameras') }} as hour_start,
        ordered.from_camera_id,
        ordered.to_camera_id,
        case
            when ordered.entry_at >= ordered.left_at
                then {{ seconds_as_double('ordered.entry_at - ordered.left_at') }}
        end as transit_seconds
    from ordered
    inner join cameras on ordered.to_camera_id = cameras.camera_id
    where ordered.from_camera_id <> ordered.to_camera_id
),

transitions as (
    select
        moved.site_id,
        mapped.day_start as bucket_start,
        moved.from_camera_id,
        moved.to_camera_id,
        count(*) as transitions,
        percentile_cont(0.5) within group (order by moved.transit_seconds) as median_transit_seconds
    from moved
    inner join mapped using (site_id, hour_start)
    {{ only_touched('mapped.day_start', 'moved.site_id') }}
    group by moved.site_id, mapped.day_start, moved.from_camera_id, moved.to_camera_id
)

select * from transitions
