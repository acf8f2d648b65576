with bins as (
    select
        edge as from_seconds,
        lead(edge) over (order by edge) as to_seconds,
        row_number() over (order by edge) as bin
    from unnest({edges}::double precision[]) as edge
),

counted as (
    select
        width_bucket(dwell_seconds, {edges}::double precision[]) as bin,
        count(*) as closed_sessions
    from marts.fct_sessions
    where session_status = 'closed' and {conditions}
    group by bin
)

select
    bins.from_seconds,
    bins.to_seconds,
    coalesce(counted.closed_sessions, 0) as closed_sessions,
    coalesce(counted.closed_sessions, 0)::double precision
    / nullif(sum(counted.closed_sessions) over ()::double precision, 0) as share
from bins
left join counted on bins.bin = counted.bin
