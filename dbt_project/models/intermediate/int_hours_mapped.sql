{{ config(unlogged=true) }}

with hours as (
    select * from {{ ref('agg_person_hourly') }}
),

touched as (
    select * from {{ ref('int_group_weeks_touched') }}
),

mapped as (
    select distinct
        hours.site_id,
        hours.bucket_start as hour_start,
        hours.day_start,
        hours.week_start
    from hours
    {{ only_touched('hours', 'bucket_start') }}
)

select * from mapped
