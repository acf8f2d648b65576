select
    coalesce(sum(case when finished_at is null then bytes_read else bytes end), 0)::bigint
        as bytes_read,
    coalesce(sum(rows_read), 0)::bigint as rows_read,
    count(finished_at) as files_done,
    min(file_name) filter (where finished_at is null) as file_name,
    min(rows_per_second) filter (where finished_at is null) as rows_per_second
from raw.loads
where run_id = %s
