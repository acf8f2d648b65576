{#-
    Hours, days and weeks of a time zone, as instants. An hour is one of the local clock; days and
    weeks are made of whole hours, so the sums over hours are the sums over days, whatever the
    clocks do:
    - a clock that jumps by whole hours: date_trunc() with a zone is right, 23 or 25 hours a day;
    - a jump by half an hour (Lord Howe): the hours around it are cut where the clock jumps, else
      two hours would overlap;
    - a midnight that is skipped starts the day at the jump, one that occurs twice at its first.
    Not supported is a clock that jumps back to an hour of the day before which it has been through
    as a whole (Casey on 5 March 2010): the dates of its hours run backwards.
-#}

{#- The hour that holds an instant; `place` is an alias with the columns timezone and
    has_whole_hours. An hour of UTC costs next to nothing. -#}
{% macro hour_start(instant, place) -%}
    case
        when {{ place }}.has_whole_hours and {{ instant }} >= {{ whole_since() }}
            then date_bin('1 hour', {{ instant }}, {{ whole_since() }})
        else {{ zone_hour_start(instant, place ~ '.timezone') }}
    end
{%- endmacro %}


{% macro zone_hour_start(instant, zone) -%}
    case
        when extract(
            minute from date_trunc('hour', {{ instant }}, {{ zone }}) at time zone {{ zone }}
        ) = 0
            then date_trunc('hour', {{ instant }}, {{ zone }})
        else date_trunc('hour', date_trunc('hour', {{ instant }}, {{ zone }}), {{ zone }})
            + interval '1 hour'
    end
{%- endmacro %}


{#- Whether the zone's clock has always been whole hours away from UTC: its hours are those of UTC.
    A look each week misses no change, for none has been taken back within one. -#}
{% macro has_whole_hours(zone) -%}
    (
        select bool_and(extract(minute from seen_at at time zone {{ zone }}) = 0)
        from generate_series({{ whole_since() }}, '2038-01-01Z', interval '1 week') as seen_at
    )
{%- endmacro %}


{#- Before it, clocks told local solar time in places. -#}
{% macro whole_since() -%}
    '1970-01-01Z'::timestamptz
{%- endmacro %}


{% macro hour_end(start, zone) -%}
    {%- set next = "(date_trunc('hour', " ~ start ~ ", " ~ zone ~ ") + interval '1 hour')" -%}
    {{ zone_hour_start(next, zone) }}
{%- endmacro %}


{#- `day` is a date. Postgres takes the second of two equal local times, hence the look back, by all
    that clocks have jumped back over a midnight; the first branch spares it nearly all days. -#}
{% macro day_start(day, zone) -%}
    {%- set shown = '(' ~ day ~ ')::timestamp' -%}
    {%- set last = '(' ~ shown ~ ' at time zone ' ~ zone ~ ')' -%}
    case
        when ({{ last }} - interval '3 hours') at time zone {{ zone }}
            = {{ shown }} - interval '3 hours'
            then {{ last }}
        {%- for back in ('3 hours', '2 hours', '1 hour', '30 minutes') %}
        when ({{ last }} - interval '{{ back }}') at time zone {{ zone }} = {{ shown }}
            then {{ last }} - interval '{{ back }}'
        {%- endfor %}
        else {{ last }}
    end
{%- endmacro %}


{#- The Monday of the ISO week that holds the date `day`. -#}
{% macro monday(day) -%}
    ({{ day }} - (extract(isodow from {{ day }})::int - 1))
{%- endmacro %}


{#- The date of the day that an instant counts in: that of its hour, for a clock may jump back over
    midnight in the middle of an hour (St. John's, until 2011). -#}
{% macro bucket_date(instant, place) -%}
    ({{ hour_start(instant, place) }} at time zone {{ place }}.timezone)::date
{%- endmacro %}


{#- The instants of a zone's hour, and of the day and week that hold it, as three columns. -#}
{% macro bucket_starts(hour, zone) -%}
    {{ day_start('(' ~ hour ~ ' at time zone ' ~ zone ~ ')::date', zone) }} as day_start,
    {{ day_start(monday('(' ~ hour ~ ' at time zone ' ~ zone ~ ')::date'), zone) }} as week_start
{%- endmacro %}


{#- Length in seconds of the bucket that begins at `start`, also where the clock changes. -#}
{% macro bucket_seconds(grain, start, zone) -%}
    {%- set date = '(' ~ start ~ ' at time zone ' ~ zone ~ ')::date' -%}
    {%- if grain == 'hour' -%}
    {{ seconds(hour_end(start, zone) ~ ' - ' ~ start) }}
    {%- else -%}
    {{ seconds(day_start(date ~ ' + ' ~ {'day': 1, 'week': 7}[grain], zone) ~ ' - ' ~ start) }}
    {%- endif -%}
{%- endmacro %}


{#- The bounds of the day `local_date` and of its week, as the columns of a touched day. -#}
{% macro touched_day() -%}
    site_id,
    timezone,
    local_date,
    {{ day_start('local_date', 'timezone') }} as touched_from,
    {{ day_start('local_date + 1', 'timezone') }} as touched_until,
    {{ day_start(monday('local_date'), 'timezone') }} as week_start,
    {{ day_start(monday('local_date') ~ ' + 7', 'timezone') }} as week_end
{%- endmacro %}


{#- Touched days as the stretches of a bucket's grain. -#}
{% macro touched_days_or_weeks(days, grain) -%}
    {%- if grain == 'week' -%}
    {{ weeks_of(days) }}
    {%- else -%}
    select * from {{ days }}
    {%- endif -%}
{%- endmacro %}


{#- The weeks of touched days. -#}
{% macro weeks_of(days) -%}
    select distinct
        site_id,
        timezone,
        week_start as touched_from,
        week_end as touched_until
    from {{ days }}
{%- endmacro %}


{#- Where the bucket begins that a row of agg_person_hourly belongs to. -#}
{% macro bucket_of_hour(rows, grain) -%}
    {{ rows }}.{{ 'bucket_start' if grain == 'hour' else grain ~ '_start' }}
{%- endmacro %}


{#- The same for a row of touched_persons, which is of an hour for hours and else of a day. -#}
{% macro bucket_of_person(rows, grain) -%}
    {{ rows }}.{{ 'week_start' if grain == 'week' else 'bucket_start' }}
{%- endmacro %}


{#- Where the touched stretch of a row begins that has the buckets of `bucket_starts`. -#}
{% macro bucket_of_touched(rows, grain) -%}
    {{ rows }}.{{ 'week_start' if grain == 'week' else 'day_start' }}
{%- endmacro %}
