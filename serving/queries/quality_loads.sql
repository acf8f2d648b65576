select *
from marts.quality_loads
order by load_id desc
limit %(limit)s
