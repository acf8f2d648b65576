-- Logged, unlike the other lists: what a build has touched must outlive a crash of the database.
{{ config(reads_itself=true) }}

with pending as (
    select * from {{ ref('int_loads_pending') }}
),

days as (
    select * from {{ ref('int_site_days_touched') }}
),

grouped as (
    select * from {{ ref('int_persons_grouped') }}
),

sites as (
    {{ located_sites() }}
),

{%- if is_partial() %}

-- All days of persons who count in another group of age and gender from now on. Where their hours
-- differ from the published ones, the day is touched anyhow: they may be read before or after.
regrouped as (
    select distinct
        sites.site_id,
        sites.timezone,
        hours.local_date
    from {{ left_by_last_build('agg_person_hourly') }} as hours
    inner join sites on hours.site_id = sites.site_id
    inner join grouped on hours.person_id = grouped.person_id
    inner join {{ left_by_last_build('dim_persons') }} as known on hours.person_id = known.person_id
    where (grouped.age_group, grouped.gender) is distinct from (known.age_group, known.gender)
),

-- What a build that was not published has touched: it may have counted persons in a group that they
-- have left again since.
unpublished as (
    select known.*
    from {{ replaced(this) }} as known
    inner join pending on known.load_id = pending.load_id
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
    {%- if is_partial() %}
    union
    select
        site_id,
        timezone,
        local_date,
        touched_from,
        touched_until,
        week_start,
        week_end
    from unpublished
    {%- endif %}
),

marked as (
    select
        *,
        (select min(load_id) from pending) as load_id
    from touched
)

select * from marked
