-- The lengths of closed sessions as arrays in ascending order, by group: those of whole days are
-- stored, those of the ends of the range are arranged here.
stored as (
    select
        {groups},
        chosen.dwells_seconds,
        chosen.total_dwell_seconds
    from (
        select
            camera_id,
            site_id,
            bucket_start as entry_at,
            dwells_seconds,
            total_dwell_seconds
        from marts.agg_camera_dwells_daily
        where {day_conditions}
    ) as chosen
    {joins}
),

ending as (
    select
        {groups},
        chosen.dwell_seconds
    from (
        select
            camera_id,
            site_id,
            entry_at,
            dwell_seconds
        from marts.fct_sessions
        where session_status = 'closed' and {session_conditions}
    ) as chosen
    {joins}
),

arranged_ends as materialized (
    select
        {names},
        array_agg(dwell_seconds order by dwell_seconds) as dwells_seconds,
        sum(dwell_seconds) as total_dwell_seconds
    from ending
    group by {names}
),

-- Not materialized, for a copy of all arrays costs more than to read them again.
arranged as not materialized (
    select * from stored
    union all
    select * from arranged_ends
)
