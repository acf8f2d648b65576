{{ config(unlogged=true) }}

with touched as (
    select * from {{ ref('int_pairs_touched') }}
),

instants as (
    select
        events.person_id,
        events.camera_id,
        events.event_at,
        bool_or(events.event_type = 'entry') as has_entry,
        bool_or(events.event_type = 'exit') as has_exit,
        {%- if is_partial() %}
        bool_or(
            events.event_at >= touched.touched_from and events.event_at < touched.touched_until
        ) as is_touched
        {%- else %}
        true as is_touched
        {%- endif %}
    from {{ touched_rows(
        ref('int_events_deduplicated'), 'events', 'event_at', ['person_id', 'camera_id'],
        'read_from', 'read_until'
    ) }}
    where events.event_type in ('entry', 'exit')
    group by events.person_id, events.camera_id, events.event_at
),

walked as (
    select
        *,
        max(event_at) filter (where has_entry) over before as last_entry_at,
        max(event_at) filter (where not has_exit) over before as last_lone_entry_at,
        max(event_at) filter (where not has_entry) over before as last_lone_exit_at,
        lead(event_at) over before as next_at,
        lead(has_exit) over before as next_has_exit
    from instants
    window before as (
        partition by person_id, camera_id order by event_at
        rows between unbounded preceding and 1 preceding
    )
),

judged as (
    select
        *,
        coalesce(
            last_lone_entry_at > coalesce(last_lone_exit_at, '-infinity'), false
        ) as was_open
    from walked
),

met as (
    select
        *,
        -- The session that an exit at this instant finds.
        case when was_open then last_entry_at when has_entry then event_at end as met_entry_at,
        -- The instant that ends the session which an entry at this instant opens.
        case when has_exit and not was_open then event_at else next_at end as ended_at,
        (has_exit and not was_open) or next_has_exit as is_ended_by_exit
    from judged
),

paired as (
    select
        person_id,
        camera_id,
        event_at,
        next_at,
        has_entry,
        has_exit,
        case
            when has_exit and event_at - met_entry_at <= {{ max_session() }} then met_entry_at
        end as closes_entry_at,
        case
            when not has_entry then null
            when ended_at is null then 'unfinished'
            when not is_ended_by_exit then 'missing_exit'
            when ended_at - event_at <= {{ max_session() }} then 'closed'
            else 'timed_out'
        end as entry_outcome,
        case
            when has_entry and is_ended_by_exit and ended_at - event_at <= {{ max_session() }}
                then ended_at
        end as exit_at
    from met
    where is_touched
)

select * from paired
