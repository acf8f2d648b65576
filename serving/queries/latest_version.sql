select
    version as number,
    published_at
from marts.data_versions
order by version desc
limit 1
