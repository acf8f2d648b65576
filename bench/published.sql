-- What has become of files by their names: the load, and the data version that made it visible.
select
    loads.file_name,
    loads.status,
    loads.reason,
    loads.run_id,
    extract(epoch from loads.started_at)::double precision as load_started_at,
    extract(epoch from loads.finished_at)::double precision as load_finished_at,
    extract(epoch from versions.published_at)::double precision as published_at
from raw.loads as loads
left join marts.data_versions as versions
    on loads.load_id = any(versions.load_ids)
where
    loads.file_name = any(%(names)s)
    and loads.status in ('loaded', 'rejected')
