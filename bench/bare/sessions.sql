-- Every entry is a session; an exit closes the one that is open, or is an orphan.
create unlogged table bare.instants as
with instants as (
    select
        person_id,
        camera_id,
        event_at,
        bool_or(event_type = 'entry') as has_entry,
        bool_or(event_type = 'exit') as has_exit
    from bare.events
    where event_type in ('entry', 'exit')
    group by person_id, camera_id, event_at
),

walked as (
    select
        *,
        max(event_at) filter (where has_entry) over before as last_entry_at,
        -- An instant with both leaves things as they were.
        coalesce(
            max(event_at) filter (where not has_exit) over before
            > coalesce(max(event_at) filter (where not has_entry) over before, '-infinity'),
            false
        ) as was_open,
        lead(event_at) over before as next_at,
        lead(has_exit) over before as next_has_exit
    from instants
    window before as (
        partition by person_id, camera_id order by event_at
        rows between unbounded preceding and 1 preceding
    )
),

met as (
    select
        *,
        case when was_open then last_entry_at when has_entry then event_at end as met_entry_at,
        case when has_exit and not was_open then event_at else next_at end as ended_at,
        (has_exit and not was_open) or next_has_exit as is_ended_by_exit
    from walked
)

select
    met.person_id,
    met.camera_id,
    dim_cameras.site_id,
    met.event_at,
    met.has_entry,
    met.has_exit,
    case when has_exit and event_at - met_entry_at <= interval '24 hours' then met_entry_at end
        as closes_entry_at,
    case
        when ended_at is null
            then case
                when (select max(last_event_at) from bare.dim_cameras) - event_at
                    <= interval '24 hours' then 'open'
                else 'timed_out'
            end
        when not is_ended_by_exit then 'missing_exit'
        when ended_at - event_at <= interval '24 hours' then 'closed'
        else 'timed_out'
    end as session_status,
    case
        when is_ended_by_exit and ended_at - event_at <= interval '24 hours' then ended_at
    end as exit_at
from met
inner join bare.dim_cameras on met.camera_id = dim_cameras.camera_id;

analyze bare.instants;

create table bare.fct_sessions as
select
    md5(json_build_array(
        person_id, camera_id, (extract(epoch from event_at) * 1000000)::bigint
    )::text)::uuid as session_id,
    person_id,
    camera_id,
    site_id,
    event_at as entry_at,
    exit_at,
    extract(epoch from exit_at - event_at)::double precision as dwell_seconds,
    session_status
from bare.instants
where has_entry;

create table bare.fct_orphan_exits as
select
    md5(json_build_array(
        person_id, camera_id, 'exit', (extract(epoch from event_at) * 1000000)::bigint
    )::text)::uuid as event_id,
    person_id,
    camera_id,
    site_id,
    event_at as exit_at
from bare.instants
where has_exit and closes_entry_at is null;

create table bare.fct_events as
with matched as (
    select
        events.*,
        dim_cameras.site_id as located_site_id,
        case events.event_type
            when 'entry' then events.event_at
            when 'exit' then instants.closes_entry_at
        end as entry_at
    from bare.events
    inner join bare.dim_cameras on events.camera_id = dim_cameras.camera_id
    left join bare.instants
        on
            events.person_id = instants.person_id
            and events.camera_id = instants.camera_id
            and events.event_at = instants.event_at
)

select
    md5(json_build_array(
        person_id, camera_id, event_type, (extract(epoch from event_at) * 1000000)::bigint
    )::text)::uuid as event_id,
    person_id,
    camera_id,
    located_site_id as site_id,
    event_at,
    event_type,
    event_type = 'entry' as is_entry,
    event_type = 'exit' as is_exit,
    case
        when entry_at is not null
            then md5(json_build_array(
                person_id, camera_id, (extract(epoch from entry_at) * 1000000)::bigint
            )::text)::uuid
    end as session_id,
    case
        when event_type = 'exit' then extract(epoch from event_at - entry_at)::double precision
    end as dwell_seconds,
    load_id
from matched;

analyze bare.fct_sessions, bare.fct_orphan_exits, bare.fct_events;
