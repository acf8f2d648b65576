select
    file_name,
    count(*) filter (where reason_code is distinct from 'interrupted') > 1 as is_repeated
from raw.loads as attempts
where
    file_name = any(%(names)s)
    and status in ('failed', 'loading')
    and load_id > coalesce(
        (
            select max(load_id)
            from raw.loads as earlier
            where earlier.file_name = attempts.file_name and earlier.stored_as is not null
        ),
        0
    )
group by file_name
