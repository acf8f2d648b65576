-- The months that the days lie in; a stay may last into the next one.
select raw.make_month(month::date)
from generate_series(
    date_trunc('month', timestamp '2010-01-04' + make_interval(days => %(first_day)s::int)),
    timestamp '2010-01-04' + make_interval(days => %(last_day)s::int + 1),
    interval '1 month'
) as month
