{{ config(unlogged=true) }}

{%- set entries_and_exits_of_pair -%}
    (
        select
            known.event_at,
            known.event_type
        from {{ ref('int_events_deduplicated') }} as known
        where
            known.event_type in ('entry', 'exit')
            and known.person_id = pairs.person_id
            and known.camera_id = pairs.camera_id
    )
{%- endset %}

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
    from {{ left_by_last_build('fct_sessions') }} as sessions
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
        case when previous.has_entry then previous.event_at else pairs.first_at end
            as touched_from,
        -- A lone entry comes to what follows it, so it stays as it was. A lone exit that nothing
        -- precedes within the longest session was an orphan and is one.
        case
            when settling.is_exit and exists (
                select
                from {{ entries_and_exits_of_pair }} as events
                where
                    events.event_at >= settling.event_at - {{ max_session() }}
                    and events.event_at < settling.event_at
            ) then settling.event_at + interval '1 microsecond'
            else coalesce(settling.event_at, 'infinity')
        end as touched_until,
        coalesce(settled.event_at, '-infinity') as read_from,
        coalesce(settling.event_at + interval '1 microsecond', 'infinity') as read_until
    from pairs
    left join lateral (
        select
            events.event_at,
            bool_or(events.event_type = 'entry') as has_entry
        from {{ entries_and_exits_of_pair }} as events
        where events.event_at < pairs.first_at
        group by events.event_at
        order by events.event_at desc
        limit 1
    ) as previous on true
    left join lateral (
        select events.event_at
        from {{ entries_and_exits_of_pair }} as events
        where events.event_at < pairs.first_at
        group by events.event_at
        having count(*) = 1
        order by events.event_at desc
        limit 1
    ) as settled on true
    left join lateral (
        select
            events.event_at,
            bool_or(events.event_type = 'exit') as is_exit
        from {{ entries_and_exits_of_pair }} as events
        where events.event_at > pairs.last_at
        group by events.event_at
        having count(*) = 1
        order by events.event_at
        limit 1
    ) as settling on true
)

select * from touched
