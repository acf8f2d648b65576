-- Two texts a series, with a word and a line for each bucket: they are read many times as fast as a
-- row for each.
select
    group_id,
    string_agg(date_part('epoch', bucket_start)::bigint::text, ' ') as keys,
    string_agg({members}, e'\n') as lines
from ({buckets}) as buckets
group by group_id
