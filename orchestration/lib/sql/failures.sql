select
    reason_code,
    reason
from raw.loads
where
    sha256 = %(sha256)s
    and status = 'failed'
    and reason_code is distinct from 'interrupted'
    and load_id > coalesce(
        (
            select max(load_id)
            from raw.loads
            where sha256 = %(sha256)s and stored_as is not null
        ),
        0
    )
order by load_id
