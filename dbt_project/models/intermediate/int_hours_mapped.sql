{{ config(
    unlogged=true,
    indexes=[{'columns': ['site_id', 'hour_start'], 'unique': true}],
) }}

with touched as (
    {{ weeks_of(ref('int_group_days_touched')) }}
),

mapped as (
    select distinct
        hours.site_id,
        hours.bucket_start as hour_start,
        hours.day_start,
        hours.week_start
    from {{ touched_rows(ref('agg_person_hourly'), 'hours', 'bucket_start') }}
)

select * from mapped
