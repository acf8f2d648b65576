{#- Shorter buckets add up to the longer one that holds them; doubles may differ at the end. -#}
{% test hours_sum_to(model, to, key) %}
-- depends_on: {{ ref('int_site_days_touched') }}
with buckets as (
    select {{ key }}, bucket_start, true as is_part, events, person_seconds from {{ judged_weeks(model) }} as parts
    union all
    select {{ key }}, bucket_start, false as is_part, events, person_seconds from {{ judged_weeks(to) }} as longer
),

placed as (
    select
        *,
        max(bucket_start) filter (where not is_part) over (
            partition by {{ key }} order by bucket_start, is_part
            rows between unbounded preceding and current row
        ) as longer_bucket_start
    from buckets
),

summed as (
    select
        {{ key }},
        longer_bucket_start,
        sum(case when is_part then events else -events end) as events_off,
        sum(case when is_part then person_seconds else -person_seconds end) as person_seconds_off
    from placed
    group by {{ key }}, longer_bucket_start
)

select *
from summed
where longer_bucket_start is null or events_off <> 0 or abs(person_seconds_off) > 0.001
{% endtest %}
