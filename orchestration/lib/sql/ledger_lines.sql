select
    load_id,
    file_name,
    status,
    rows_read,
    rows_loaded,
    rows_rejected,
    reason,
    percent,
    rows_per_second,
    validation -> 'reasons' as reasons
from raw.loads
where
    (%(run_id)s::text is null or run_id = %(run_id)s)
    and (%(file_name)s::text is null or file_name = %(file_name)s)
    and (%(sha256)s::text is null or sha256 = %(sha256)s)
    and load_id > %(after)s
order by finished_at is null desc, load_id desc
limit %(limit)s
