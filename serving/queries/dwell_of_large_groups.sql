-- Sessions of a few large groups are gathered first and ordered after: a percentile beside the sums
-- would have all of them read in the order of the groups, by one process, where a hash table of
-- the groups is enough for several. Sums are of whole microseconds, so that they are the same
-- whoever added which part: a page must find the place where the one before it ended.
with {dwells},

gathered as (
    select
        {names},
        count(*) as closed_sessions,
        count(distinct who) as persons,
        sum((dwell_seconds * 1e6)::bigint) / 1e6 as total_dwell_seconds,
        max(dwell_seconds) as max_dwell_seconds,
        array_agg(dwell_seconds) as dwells
    from grouped
    group by {names}
)

select
    {names},
    closed_sessions,
    persons,
    total_dwell_seconds::double precision as total_dwell_seconds,
    round(total_dwell_seconds / closed_sessions, 6)::double precision as avg_dwell_seconds,
    percentiles[1] as median_dwell_seconds,
    percentiles[2] as p90_dwell_seconds,
    max_dwell_seconds,
    round(total_dwell_seconds / persons, 6)::double precision as avg_dwell_seconds_per_person
from gathered
cross join lateral (
    select percentile_cont(array[0.5, 0.9]) within group (order by dwell) as percentiles
    from unnest(dwells) as dwell
) as ordered
