{#- Exact: extract() from an interval is numeric. Only marts turn it into double precision. -#}
{% macro seconds(duration) -%}
    extract(epoch from {{ duration }})
{%- endmacro %}


{% macro seconds_as_double(duration) -%}
    extract(epoch from {{ duration }})::double precision
{%- endmacro %}


{% macro max_session() -%}
    make_interval(hours => {{ var('max_session_hours') }})
{%- endmacro %}


{% macro visit_gap() -%}
    make_interval(mins => {{ var('visit_gap_minutes') }})
{%- endmacro %}


{#- The dwell columns of every aggregate, over rows of int_sessions_closed, called sessions. -#}
{% macro dwell_statistics() -%}
    count(*) as sessions_closed,
    {{ seconds_as_double('sum(dwell)') }} as total_dwell_seconds,
    ({{ seconds('sum(dwell)') }} / count(*))::double precision as avg_dwell_seconds,
    percentile_cont(0.5) within group (
        order by {{ seconds_as_double('dwell') }}
    ) as median_dwell_seconds,
    percentile_cont(0.9) within group (
        order by {{ seconds_as_double('dwell') }}
    ) as p90_dwell_seconds,
    {{ seconds_as_double('max(dwell)') }} as max_dwell_seconds,
    count(distinct sessions.person_id) filter (
        where dwell > make_interval(mins => {{ var('waiting_minutes') }})
    ) as waiting_visitors
{%- endmacro %}
