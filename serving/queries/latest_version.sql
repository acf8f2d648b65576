select
    version as number,
    published_at,
    data_clock_at as as_of
from marts.data_versions
order by version desc
limit 1
