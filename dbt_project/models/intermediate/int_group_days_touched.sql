{{ config(unlogged=true) }}

with days as (
    select * from {{ ref('int_site_days_touched') }}
),

grouped as (
    select * from {{ ref('int_persons_grouped') }}
),

sites as (
    {{ located_sites() }}
),

{%- if is_partial() %}

-- Who counts in another group of age and gender from now on: few of those who came.
persons as materialized (
    select grouped.person_id
    from grouped
    cross join lateral {{ looked_up(
        left_by_last_build('dim_persons'), ['person_id'], none, by='grouped'
    ) }} as known
    where (grouped.age_group, grouped.gender) is distinct from (known.age_group, known.gender)
),

-- All their days. Where these differ from the published ones, the day is touched anyhow: they may
-- be read before or after.
regrouped as (
    select distinct
        sites.site_id,
        sites.timezone,
        daily.local_date
    from persons
    cross join lateral {{ looked_up(
        left_by_last_build('agg_person_daily'), ['person_id'], none, by='persons'
    ) }} as daily
    inner join sites on daily.site_id = sites.site_id
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
