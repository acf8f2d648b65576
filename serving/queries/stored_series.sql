select
    {group} as group_id,
    stored.*
from {table} as stored
inner join
    unnest(%(ids)s::text[], %(firsts)s::timestamptz[], %(ends)s::timestamptz[])
        as asked (id, first, until)
    on {group} = asked.id and bucket_start >= asked.first and bucket_start < asked.until
where
    {group} = any(%(ids)s::text[])
    and bucket_start >= %(first)s
    and bucket_start < %(end)s
