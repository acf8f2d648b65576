{{ config(unlogged=true) }}

with arrived as (
    select * from {{ ref('int_events_arrived') }}
),

clock as (
    select * from {{ ref('int_data_clock') }}
),

changed as (
    select
        person_id,
        camera_id,
        event_at
    from arrived
    {%- if is_partial() %}
    union all
    -- Sessions that were open at the published clock and are too long at this one.
    select
        sessions.person_id,
        sessions.camera_id,
        sessions.entry_at
    from {{ published('fct_sessions') }} as sessions
    cross join clock
    where
        sessions.session_status in ('open', 'timed_out')
        and sessions.entry_at >= clock.published_clock_at - {{ max_session() }}
        and sessions.entry_at < clock.data_clock_at - {{ max_session() }}
    {%- endif %}
),

pairs as (
    select
        person_id,
        camera_id,
        min(event_at) as first_at,
        max(event_at) as last_at
    from changed
    group by person_id, camera_id
),

touched as (
    select
        pairs.person_id,
        pairs.camera_id,
        coalesce(previous.event_at, pairs.first_at) as touched_from,
        coalesce(settling.event_at + interval '1 microsecond', 'infinity') as touched_until,
        coalesce(settled.event_at, '-infinity') as read_from,
        coalesce(beyond.event_at + interval '1 microsecond', 'infinity') as read_until
    from pairs
    left join lateral (
        select events.event_at
        from {{ ref('int_events_deduplicated') }} as events
        where
            events.event_type in ('entry', 'exit')
            and events.person_id = pairs.person_id
            and events.camera_id = pairs.camera_id
            and events.event_at < pairs.first_at
        order by events.event_at desc
        limit 1
    ) as previous on true
    left join lateral (
        select events.event_at
        from {{ ref('int_events_deduplicated') }} as events
        where
            events.event_type in ('entry', 'exit')
            and events.person_id = pairs.person_id
            and events.camera_id = pairs.camera_id
            and events.event_at < previous.event_at
        group by events.event_at
        having count(*) = 1
        order by events.event_at desc
        limit 1
    ) as settled on true
    left join lateral (
        select events.event_at
        from {{ ref('int_events_deduplicated') }} as events
        where
            events.event_type in ('entry', 'exit')
            and events.person_id = pairs.person_id
            and events.camera_id = pairs.camera_id
            and events.event_at > pairs.last_at
        group by events.event_at
        having count(*) = 1
        order by events.event_at
        limit 1
    ) as settling on true
    left join lateral (
        select events.event_at
        from {{ ref('int_events_deduplicated') }} as events
        where
            events.event_type in ('entry', 'exit')
            and events.person_id = pairs.person_id
            and events.camera_id = pairs.camera_id
            and events.event_at > settling.event_at
        order by events.event_at
        limit 1
    ) as beyond on true
)

select * from touched
