select
    load_id,
    status,
    file_name,
    bytes,
    started_at
from marts.ledger
where
    sha256 = %(sha256)s
    and (status = 'loaded' or started_at >= %(since)s)
order by (status = 'loaded') desc, load_id desc
limit 1
