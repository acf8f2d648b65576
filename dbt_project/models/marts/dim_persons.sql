{{ config(touched={'by': 'int_persons_described', 'keys': ['person_id']}) }}

-- Last of all that counts by age and gender: they compare with what this table said before.
-- depends_on: {{ ref('int_group_days_touched') }}
-- depends_on: {{ ref('agg_demographics_hourly') }}
-- depends_on: {{ ref('agg_demographics_daily') }}
-- depends_on: {{ ref('agg_demographics_weekly') }}
with described as (
    select * from {{ ref('int_persons_described') }}
)

select * from described
