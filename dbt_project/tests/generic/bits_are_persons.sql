{#- A day's bits are as many as the persons who attended it. -#}
{% test bits_are_persons(model, persons) %}
{%- set touched = ref('int_site_days_touched') %}
with bits as (
    select
        site_id,
        bucket_start,
        sum(bit_count(seen_persons)) as seen,
        sum(bit_count(stayed_persons)) as stayed
    from {{ judged(model, touched, ['site_id'], 'bucket_start') }} as days
    group by site_id, bucket_start
),

persons as (
    select
        site_id,
        bucket_start,
        count(*) filter (where events > 0) as seen,
        count(*) filter (where sessions_closed > 0) as stayed
    from {{ judged(persons, touched, ['site_id'], 'bucket_start') }} as daily
    where events > 0 or sessions_closed > 0
    group by site_id, bucket_start
)

select *
from bits
full join persons using (site_id, bucket_start)
where (bits.seen, bits.stayed) is distinct from (persons.seen, persons.stayed)
{% endtest %}
