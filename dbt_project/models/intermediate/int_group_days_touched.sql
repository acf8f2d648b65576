{{ config(unlogged=true) }}

with days as (
    select * from {{ ref('int_site_days_touched') }}
),

described as (
    select * from {{ ref('int_persons_described') }}
),

cameras as (
    select * from {{ ref('int_cameras_located') }}
),

sites as (
    select distinct
        site_id,
        timezone
    from cameras
),

{%- if is_partial() %}

-- All days of persons who count in another group of age and gender from now on. Where their hours
-- differ from the published ones, the day is touched anyhow: they may be read before or after.
regrouped as (
    select distinct
        sites.site_id,
        sites.timezone,
        hours.local_date
    from {{ published('agg_person_hourly') }} as hours
    inner join sites on hours.site_id = sites.site_id
    inner join described on hours.person_id = described.person_id
    inner join {{ published('dim_persons') }} as known on hours.person_id = known.person_id
    where (described.age_group, described.gender) is distinct from (known.age_group, known.gender)
),
{%- else %}

regrouped as (
    select
        site_id,
        timezone,
        null::date as local_date
    from sites
    where false
),
{%- endif %}

touched as (
    select * from days
    union
    select {{ touched_day() }}
    from regrouped
)

select * from touched
