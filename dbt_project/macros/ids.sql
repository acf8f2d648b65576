{#-
    Stable ids from natural keys. JSON quotes text, so no value can pass for two columns; an instant
    counts as microseconds since 1970, so the session's time zone has no say.
-#}
{% macro session_id(person_id, camera_id, entry_at) -%}
    {{ hashed_id([person_id, camera_id, microseconds(entry_at)]) }}
{%- endmacro %}


{% macro visit_id(person_id, site_id, started_at) -%}
    {{ hashed_id([person_id, site_id, microseconds(started_at)]) }}
{%- endmacro %}


{% macro event_id(person_id, camera_id, event_type, event_at) -%}
    {{ hashed_id([person_id, camera_id, event_type, microseconds(event_at)]) }}
{%- endmacro %}


{% macro hashed_id(values) -%}
    md5(json_build_array({{ values | join(', ') }})::text)::uuid
{%- endmacro %}


{% macro microseconds(instant) -%}
    (extract(epoch from {{ instant }}) * 1000000)::bigint
{%- endmacro %}
