-- One text a series, a line a bucket: it is read several times as fast as a row for each.
select
    group_id,
    string_agg(date_part('epoch', bucket_start)::bigint || e'\t' || {members}, e'\n') as lines
from ({buckets}) as buckets
group by group_id
