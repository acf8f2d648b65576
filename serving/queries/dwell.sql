-- Rounded to the microsecond, for the last digits of a sum depend on the order of its parts, and
-- a page must find the place where the one before it ended.
with {dwells}

select
    {names},
    count(*) as closed_sessions,
    count(distinct who) as persons,
    round(sum(dwell_seconds)::numeric, 6)::double precision as total_dwell_seconds,
    round(avg(dwell_seconds)::numeric, 6)::double precision as avg_dwell_seconds,
    percentile_cont(0.5) within group (order by dwell_seconds) as median_dwell_seconds,
    percentile_cont(0.9) within group (order by dwell_seconds) as p90_dwell_seconds,
    max(dwell_seconds) as max_dwell_seconds,
    round((sum(dwell_seconds) / count(distinct who))::numeric, 6)::double precision
        as avg_dwell_seconds_per_person
from grouped
group by {names}
