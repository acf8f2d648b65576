select
    camera_id,
    bucket_start,
    visitors,
    avg_occupancy,
    peak_occupancy
from {table}
where
    camera_id = any(%(camera_ids)s::text[])
    and bucket_start >= %(first)s
    and bucket_start < %(end)s
