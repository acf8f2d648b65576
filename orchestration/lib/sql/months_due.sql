-- The months whose last instant is longer ago, by the clock of the published version, than is kept.
with clock as (
    select max(data_clock_at) as data_clock_at from marts.data_versions
)

select months.month
from raw.months as months
cross join clock
where (months.month + interval '1 month') at time zone 'UTC' <= clock.data_clock_at - %s::interval
order by months.month
