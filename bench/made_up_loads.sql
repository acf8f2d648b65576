-- A load a day.
insert into raw.loads (
    file_name, sha256, bytes, source, status, rows_read, rows_loaded, finished_at
)
select
    name,
    name,
    10,
    'default',
    'loaded',
    8 * %(visits)s::int,
    8 * %(visits)s::int,
    now()
from generate_series(%(first_day)s::int, %(last_day)s::int) as day
cross join lateral format('day %%s from %%s', day, %(first_visit)s::int) as name
order by day
