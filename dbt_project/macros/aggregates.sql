{#-
    The rows of agg_camera_* and agg_site_*: what persons did in each bucket of a place.
    `place` is camera or site, `grain` hour, day or week. Presence is swept once, by the hour; the
    hours of a longer bucket add up to it.
-#}
{% macro place_buckets(place, grain) -%}
{%- set key = place ~ '_id' -%}
{%- set hourly = ref('agg_' ~ place ~ '_hourly') if grain != 'hour' else none -%}
with touched as (
    {{ touched_days_or_weeks(ref('int_site_days_touched'), grain) }}
),

sites as (
    {{ located_sites() }}
),

mapped as (
    select * from {{ ref('int_hours_mapped') }}
),

{% if place == 'site' -%}
firsts as (
    select * from {{ ref('int_first_hours_found') }}
),

{% endif -%}
activities as (
    select
        hours.{{ key }},
        hours.{{ 'bucket_start' if grain == 'hour' else grain ~ '_start' }} as bucket_start,
        {%- if place == 'camera' %}
        hours.site_id,
        {%- else %}
        count(distinct hours.person_id) filter (
            where firsts.{{ grain }}_start
            = hours.{{ 'bucket_start' if grain == 'hour' else grain ~ '_start' }}
        ) as new_visitors,
        {%- endif %}
        sum(hours.events)::bigint as events,
        sum(hours.entries)::bigint as entries,
        sum(hours.exits)::bigint as exits,
        count(distinct hours.person_id) as visitors
    from {{ touched_rows(ref('agg_person_hourly'), 'hours', 'bucket_start') }}
    {%- if place == 'site' %}
    left join firsts
        on hours.person_id = firsts.person_id and hours.site_id = firsts.site_id
    {%- endif %}
    group by 1, 2{{ ', 3' if place == 'camera' }}
),

dwells as (
    select
        sessions.{{ key }},
        sessions.{{ grain }}_start as bucket_start,
        {{ dwell_statistics() }}
    from {{ ref('int_sessions_closed') }} as sessions
    {{ only_touched(bucket_of_touched('sessions', grain), 'sessions.site_id') }}
    group by 1, 2
),

occupancies as (
    {{ hour_occupancies(place) if grain == 'hour' else longer_occupancies(key, grain, hourly) }}
),

{% if place == 'site' -%}
started as (
    select
        visits.site_id,
        {{ hour_start('visits.started_at', 'sites.timezone') }} as hour_start,
        count(*) as visits
    from {{ touched_rows(ref('fct_visits'), 'visits', 'started_at') }}
    inner join sites on visits.site_id = sites.site_id
    group by 1, 2
),

starts as (
    select
        started.site_id,
        mapped.{{ grain }}_start as bucket_start,
        sum(started.visits)::bigint as visits_started
    from started
    inner join mapped using (site_id, hour_start)
    group by 1, 2
),

{% endif -%}
buckets as (
    select
        {{ key }},
        bucket_start,
        {%- if place == 'camera' %}
        activities.site_id,
        {%- endif %}
        {{ bucket_seconds(grain, 'bucket_start', 'sites.timezone') }}::integer as bucket_seconds,
        activities.events,
        activities.entries,
        activities.exits,
        activities.visitors,
        coalesce(dwells.sessions_closed, 0) as sessions_closed,
        dwells.total_dwell_seconds,
        dwells.avg_dwell_seconds,
        dwells.median_dwell_seconds,
        dwells.p90_dwell_seconds,
        dwells.max_dwell_seconds,
        coalesce(dwells.waiting_visitors, 0) as waiting_visitors,
        coalesce(occupancies.person_seconds, 0)::double precision as person_seconds,
        (
            coalesce(occupancies.person_seconds, 0)
            / {{ bucket_seconds(grain, 'bucket_start', 'sites.timezone') }}
        )::double precision as avg_occupancy,
        coalesce(occupancies.peak_occupancy, 0) as peak_occupancy,
        coalesce(occupancies.occupied_seconds, 0)::double precision as occupied_seconds
        {%- if place == 'site' %},
        activities.new_visitors,
        activities.visitors - activities.new_visitors as returning_visitors,
        coalesce(starts.visits_started, 0) as visits_started
        {%- endif %}
    from activities
    inner join sites using (site_id)
    left join dwells using ({{ key }}, bucket_start)
    left join occupancies using ({{ key }}, bucket_start)
    {%- if place == 'site' %}
    left join starts using ({{ key }}, bucket_start)
    {%- endif %}
)

select * from buckets
{%- endmacro %}


{#- A longer bucket's presence from the hours of the same place, exactly: numeric keeps the
    microseconds of a double. -#}
{% macro longer_occupancies(key, grain, hourly) -%}
    select
        hours.{{ key }},
        mapped.{{ grain }}_start as bucket_start,
        sum(hours.person_seconds::numeric) as person_seconds,
        max(hours.peak_occupancy) as peak_occupancy,
        sum(hours.occupied_seconds::numeric) as occupied_seconds
    from {{ touched_rows(hourly, 'hours', 'bucket_start') }}
    inner join mapped
        on hours.site_id = mapped.site_id and hours.bucket_start = mapped.hour_start
    group by 1, 2
{%- endmacro %}


{#- Presence by the hour. Who leaves at an instant is gone before anyone comes at it. -#}
{% macro hour_occupancies(place) -%}
    {%- set key = place ~ '_id' -%}
    {%- set parts = 'int_presences_united' if place == 'site' else 'int_presences_split' -%}
    select
        {{ key }},
        hour_start as bucket_start,
        sum({{ seconds('present_until - present_from') }}) filter (where step = 1) as person_seconds,
        max(persons_present) as peak_occupancy,
        sum({{ seconds('lasting') }}) filter (where persons_present > 0) as occupied_seconds
    from (
        select
            parts.{{ key }},
            parts.hour_start,
            parts.present_from,
            parts.present_until,
            steps.step,
            sum(steps.step) over in_time as persons_present,
            lead(steps.stepped_at) over in_time - steps.stepped_at as lasting
        from {{ ref(parts) }} as parts
        cross join lateral (
            values (parts.present_from, 1), (parts.present_until, -1)
        ) as steps (stepped_at, step)
        where parts.present_from < parts.present_until
        window in_time as (
            partition by parts.{{ key }}, parts.hour_start order by steps.stepped_at, steps.step
            rows between unbounded preceding and current row
        )
    ) as walked
    group by 1, 2
{%- endmacro %}


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
        hours.site_id,
        hours.{{ 'bucket_start' if grain == 'hour' else grain ~ '_start' }} as bucket_start,
        hours.person_id
    from {{ touched_rows(ref('agg_person_hourly'), 'hours', 'bucket_start') }}
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
    from (select distinct person_id from visitors) as seen
    cross join lateral {{ looked_up(
        left_by_last_build('dim_persons'), ['person_id'], none, by='seen'
    ) }} as known
    left join grouped on seen.person_id = grouped.person_id
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
    group by 1, 2, 3, 4
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
    group by 1, 2, 3, 4
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
