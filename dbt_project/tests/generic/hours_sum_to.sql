{#- The hours of each longer bucket add up to it; doubles may differ in the last digits. -#}
{% test hours_sum_to(model, to) %}
with buckets as (
    select camera_id, bucket_start, true as is_hour, events, person_seconds from {{ model }}
    union all
    select camera_id, bucket_start, false as is_hour, events, person_seconds from {{ to }}
),

placed as (
    select
        *,
        max(bucket_start) filter (where not is_hour) over (
            partition by camera_id order by bucket_start, is_hour
            rows between unbounded preceding and current row
        ) as longer_bucket_start
    from buckets
),

summed as (
    select
        camera_id,
        longer_bucket_start,
        sum(case when is_hour then events else -events end) as events_off,
        sum(case when is_hour then person_seconds else -person_seconds end) as person_seconds_off
    from placed
    group by camera_id, longer_bucket_start
)

select *
from summed
where longer_bucket_start is null or events_off <> 0 or abs(person_seconds_off) > 0.001
{% endtest %}
