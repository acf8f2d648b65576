with now as (
    {now}
),

before as (
    {before}
),

compared as (
    select
        {group},
        coalesce(now.value, {nothing}) as value,
        coalesce(before.value, {nothing_before}) as previous_value
    from now
    full join before using ({group})
)

select
    {group},
    value,
    previous_value,
    rank() over (order by value desc nulls last) as rank,
    value - previous_value as change,
    (value - previous_value) / nullif(previous_value, 0) as relative_change
from compared
