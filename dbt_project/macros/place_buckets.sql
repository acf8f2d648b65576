{#-
    The rows of agg_camera_* and agg_site_*: what persons did in each bucket of a place.
    `place` is camera or site, `grain` hour, day or week. Presence is swept once, by the hour; the
    hours of a longer bucket add up to it. Rows are grouped by the bucket first, for instants compare
    faster than text.
-#}
{% macro place_buckets(place, grain) -%}
{%- set key = place ~ '_id' -%}
{%- set bucket_of = bucket_of_hour if place == 'camera' else bucket_of_person -%}
{%- set bucket = bucket_of('seen', grain) -%}
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
        seen.{{ key }},
        {{ bucket }} as bucket_start,
        {%- if place == 'camera' %}
        seen.site_id,
        {%- else %}
        count(distinct seen.person_id) filter (
            where firsts.{{ grain }}_start = {{ bucket }}
        ) as new_visitors,
        {%- endif %}
        sum(seen.events)::bigint as events,
        sum(seen.entries)::bigint as entries,
        sum(seen.exits)::bigint as exits,
        count(distinct seen.person_id) as visitors
    {%- if place == 'camera' %}
    from {{ touched_rows(ref('agg_person_hourly'), 'seen', 'bucket_start') }}
    group by 2, 1, 3
    {%- else %}
    from {{ touched_persons('seen', grain) }}
    left join firsts on seen.person_id = firsts.person_id and seen.site_id = firsts.site_id
    group by 2, 1
    {%- endif %}
),

dwells as (
    select
        sessions.{{ key }},
        sessions.{{ grain }}_start as bucket_start,
        {{ dwell_statistics() }}
    from {{ ref('int_sessions_closed') }} as sessions
    {{ only_touched(bucket_of_touched('sessions', grain), 'sessions.site_id') }}
    group by 2, 1
),

occupancies as (
    {{ hour_occupancies(place) if grain == 'hour' else longer_occupancies(key, grain, hourly) }}
),

{% if place == 'site' -%}
starts as (
    {{ visits_started(grain) }}
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


{#- How many visits start in each bucket of a site. Calendar arithmetic is done once an hour. -#}
{% macro visits_started(grain) -%}
    select
        started.site_id,
        mapped.{{ grain }}_start as bucket_start,
        sum(started.visits)::bigint as visits_started
    from (
        select
            visits.site_id,
            {{ hour_start('visits.started_at', 'sites') }} as hour_start,
            count(*) as visits
        from {{ touched_rows(ref('fct_visits'), 'visits', 'started_at') }}
        inner join sites on visits.site_id = sites.site_id
        group by 2, 1
    ) as started
    inner join mapped using (site_id, hour_start)
    group by 2, 1
{%- endmacro %}
