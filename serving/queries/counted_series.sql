select
    group_id,
    date_part('epoch', bucket_start)::bigint as starts_at,
    {told} as told
from ({counted}) as counted
