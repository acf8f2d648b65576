with {arranged},

{percentiles},

summed as (
    select
        {names},
        sum(cardinality(dwells_seconds)) as closed_sessions,
        sum((total_dwell_seconds * 1e6)::bigint) / 1e6 as total_dwell_seconds,
        max(dwells_seconds[cardinality(dwells_seconds)]) as max_dwell_seconds
    from arranged
    group by {names}
),

chosen_percentiles as (
    select
        {names},
        max(dwell_seconds) filter (where fraction = 0.5) as median_dwell_seconds,
        max(dwell_seconds) filter (where fraction = 0.9) as p90_dwell_seconds
    from percentiles
    group by {names}
)

select
    {names},
    closed_sessions,
    total_dwell_seconds::double precision as total_dwell_seconds,
    round(total_dwell_seconds / closed_sessions, 6)::double precision as avg_dwell_seconds,
    median_dwell_seconds,
    p90_dwell_seconds,
    max_dwell_seconds
from summed
inner join chosen_percentiles using ({names})
