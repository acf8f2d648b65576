with {arranged},

-- A bin holds its lower edge: before it lies what is no longer than the next smaller number.
edges as (
    select
        from_seconds,
        before_seconds,
        lead(from_seconds) over (order by from_seconds) as to_seconds
    from unnest({edges}::double precision[], {befores}::double precision[])
        as edge (from_seconds, before_seconds)
),

counted as (
    select
        from_seconds,
        sum(width_bucket(before_seconds, dwells_seconds)) as sessions_before,
        sum(cardinality(dwells_seconds)) as sessions
    from edges
    cross join arranged
    group by from_seconds
),

binned as (
    select
        edges.from_seconds,
        edges.to_seconds,
        coalesce(counted.sessions, 0) as sessions,
        coalesce(
            lead(counted.sessions_before, 1, counted.sessions) over (order by edges.from_seconds)
            - counted.sessions_before,
            0
        ) as closed_sessions
    from edges
    left join counted on edges.from_seconds = counted.from_seconds
)

select
    from_seconds,
    to_seconds,
    closed_sessions,
    closed_sessions::double precision / nullif(sessions, 0)::double precision as share
from binned
