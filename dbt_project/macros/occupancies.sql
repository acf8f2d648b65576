{#- Presence by the hour. Who leaves at an instant is gone before anyone comes at it. -#}
{% macro hour_occupancies(place) -%}
    {%- set key = place ~ '_id' -%}
    {%- set parts = 'int_presences_united' if place == 'site' else 'int_presences_split' -%}
    select
        {{ key }},
        hour_start as bucket_start,
        {{ seconds('sum(present_until - present_from) filter (where step = 1)') }} as person_seconds,
        max(persons_present) as peak_occupancy,
        {{ seconds('sum(lasting) filter (where persons_present > 0)') }} as occupied_seconds
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
            partition by parts.hour_start, parts.{{ key }} order by steps.stepped_at, steps.step
            rows between unbounded preceding and current row
        )
    ) as walked
    group by 2, 1
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
    group by 2, 1
{%- endmacro %}
