select load_id
from raw.loads
where status = 'loaded'
except
select unnest(load_ids)
from marts.data_versions
order by load_id
