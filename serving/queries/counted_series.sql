select
    group_id,
    extract(epoch from bucket_start)::bigint as starts_at,
    {told} as told
from ({counted}) as counted
