-- Of attempts that failed only the last at a content: it may be the one that gave the file up.
select
    load_id,
    file_name,
    sha256,
    bytes,
    status,
    stored_as
from raw.loads
where
    stored_as is null
    and (
        status in ('loaded', 'duplicate', 'rejected')
        or (status = 'failed' and reason_code = 'load_error')
    )
    and (
        status <> 'failed'
        or not exists (
            select from raw.loads as later
            where later.sha256 = loads.sha256 and later.load_id > loads.load_id
        )
    )
order by load_id
