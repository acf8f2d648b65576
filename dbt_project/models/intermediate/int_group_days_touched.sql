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
