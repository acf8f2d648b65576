{{ config(unlogged=true) }}

with touched as (
    select * from {{ ref('int_site_weeks_touched') }}
),

persons as (
    select distinct
        hours.person_id,
        hours.site_id
    from {{ touched_rows(ref('agg_person_hourly'), 'hours', 'bucket_start') }}
),

firsts as (
    {%- if is_partial() %}
    select
        persons.person_id,
        persons.site_id,
        earliest.bucket_start as hour_start,
        earliest.day_start,
        earliest.week_start
    from persons
    cross join lateral (
        select
            hours.bucket_start,
            hours.day_start,
            hours.week_start
        from {{ ref('agg_person_hourly') }} as hours
        where
            hours.events > 0
            and hours.person_id = persons.person_id
            and hours.site_id = persons.site_id
        order by hours.bucket_start
        limit 1
    ) as earliest
    {%- else %}
    select distinct on (person_id, site_id)
        person_id,
        site_id,
        bucket_start as hour_start,
        day_start,
        week_start
    from {{ ref('agg_person_hourly') }}
    where events > 0
    order by person_id, site_id, bucket_start
    {%- endif %}
)

select * from firsts
