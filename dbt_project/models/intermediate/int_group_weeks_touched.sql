{{ config(unlogged=true) }}

with days as (
    select * from {{ ref('int_group_days_touched') }}
),

touched as (
    select distinct
        site_id,
        timezone,
        week_start as touched_from,
        week_end as touched_until
    from days
)

select * from touched
