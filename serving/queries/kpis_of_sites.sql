with {arranged},

{percentiles},

-- What lies in no whole hour. Who is entered then may have an event on a day outside of the range.
ends as (
    select
        person_id,
        camera_id,
        {local_day} as local_day,
        true as is_seen
    from marts.fct_events as events
    inner join marts.dim_sites as sites using (site_id)
    where {event_conditions}
    union all
    select
        person_id,
        camera_id,
        null as local_day,
        false as is_seen
    from marts.fct_sessions
    where session_status = 'closed' and {session_conditions}
),

numbered as (
    select
        ends.local_day,
        ends.is_seen,
        persons.person_number / 2048 as person_block,
        set_bit(repeat('0', 2048)::bit(2048), mod(persons.person_number, 2048), 1) as person_bit
    from ends
    cross join lateral (
        select person_number
        from marts.dim_persons
        where person_id = ends.person_id
        offset 0
    ) as persons
),

-- Persons as bits, which are united by the thousand: whole days and hours are stored so.
attendance as (
    select person_block, local_date, seen_persons, stayed_persons
    from marts.agg_attendance_daily
    where {day_conditions}
    union all
    select person_block, local_date, seen_persons, stayed_persons
    from marts.agg_attendance_hourly
    where {hour_conditions}
    union all
    select
        person_block,
        local_day as local_date,
        bit_or(person_bit) filter (where is_seen) as seen_persons,
        bit_or(person_bit) filter (where not is_seen) as stayed_persons
    from numbered
    group by person_block, local_day
),

dates as (
    select
        person_block,
        local_date,
        bit_or(seen_persons) as seen_persons,
        bit_or(stayed_persons) as stayed_persons
    from attendance
    group by person_block, local_date
),

repeated as (
    select
        person_block,
        seen_persons,
        stayed_persons,
        seen_persons & bit_or(seen_persons) over (
            partition by person_block
            order by local_date
            rows between unbounded preceding and 1 preceding
        ) as repeat_persons
    from dates
),

blocks as (
    select
        bit_count(bit_or(seen_persons)) as unique_visitors,
        bit_count(bit_or(repeat_persons)) as repeat_visitors,
        bit_count(bit_or(stayed_persons)) as closed_persons
    from repeated
    group by person_block
),

visitors as (
    select
        coalesce(sum(unique_visitors), 0)::bigint as unique_visitors,
        coalesce(sum(repeat_visitors), 0)::bigint as repeat_visitors,
        coalesce(sum(closed_persons), 0)::bigint as closed_persons
    from blocks
),

cameras as (
    select
        count(distinct camera_id) as active_cameras,
        coalesce(sum(events), 0)::bigint as total_events
    from (
        select camera_id, events from marts.agg_camera_daily where events > 0 and {day_conditions}
        union all
        select camera_id, events from marts.agg_camera_hourly where events > 0 and {hour_conditions}
        union all
        select camera_id, 1 as events from ends where is_seen
    ) as active
),

stays as (
    select
        coalesce(sum(cardinality(dwells_seconds)), 0) as closed_sessions,
        sum(total_dwell_seconds) as total_dwell_seconds,
        max(dwells_seconds[cardinality(dwells_seconds)]) as max_dwell_seconds
    from arranged
)

select
    cameras.total_events,
    visitors.unique_visitors,
    cameras.active_cameras,
    stays.closed_sessions,
    stays.total_dwell_seconds / nullif(stays.closed_sessions, 0) as avg_dwell_seconds,
    (select dwell_seconds from percentiles) as median_dwell_seconds,
    stays.max_dwell_seconds,
    stays.total_dwell_seconds / nullif(visitors.closed_persons, 0) as avg_dwell_seconds_per_person,
    visitors.repeat_visitors,
    visitors.repeat_visitors::double precision
    / nullif(visitors.unique_visitors, 0) as repeat_rate
from visitors, cameras, stays
