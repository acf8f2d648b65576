{#- The rows of agg_demographics_*: a person counts in the group of dim_persons, as it will be. -#}
{% macro demographic_buckets(grain) -%}
with touched as (
    {{ touched_days_or_weeks(ref('int_group_days_touched'), grain) }}
),

grouped as (
    select * from {{ ref('int_persons_grouped') }}
),

visitors as (
    select distinct
        seen.site_id,
        {{ bucket_of_person('seen', grain) }} as bucket_start,
        seen.person_id
    from {{ touched_persons('seen', grain) }}
),

persons as (
    select
        person_id,
        coalesce(age_group, 'unknown') as age_group,
        coalesce(gender, 'unknown') as gender
    from grouped
    {%- if is_partial() %}
    union all
    select
        known.person_id,
        coalesce(known.age_group, 'unknown') as age_group,
        coalesce(known.gender, 'unknown') as gender
    from (select distinct person_id from visitors) as came
    cross join lateral {{ looked_up(
        left_by_last_build('dim_persons'), ['person_id'], none, by='came'
    ) }} as known
    left join grouped on came.person_id = grouped.person_id
    where grouped.person_id is null
    {%- endif %}
),

counted as (
    select
        visitors.site_id,
        visitors.bucket_start,
        persons.age_group,
        persons.gender,
        count(*) as visitors
    from visitors
    inner join persons on visitors.person_id = persons.person_id
    group by 2, 1, 3, 4
),

dwells as (
    select
        sessions.site_id,
        sessions.{{ grain }}_start as bucket_start,
        persons.age_group,
        persons.gender,
        {{ dwell_statistics() }}
    from {{ ref('int_sessions_closed') }} as sessions
    {{ only_touched(bucket_of_touched('sessions', grain), 'sessions.site_id') }}
    inner join persons on sessions.person_id = persons.person_id
    group by 2, 1, 3, 4
),

buckets as (
    select
        site_id,
        bucket_start,
        age_group,
        gender,
        counted.visitors,
        coalesce(dwells.sessions_closed, 0) as sessions_closed,
        dwells.total_dwell_seconds,
        dwells.avg_dwell_seconds,
        dwells.median_dwell_seconds,
        dwells.max_dwell_seconds
    from counted
    left join dwells using (site_id, bucket_start, age_group, gender)
)

select * from buckets
{%- endmacro %}
