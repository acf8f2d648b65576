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
    and (status in ('loaded', 'duplicate', 'rejected') or reason_code = 'given_up')
order by load_id
