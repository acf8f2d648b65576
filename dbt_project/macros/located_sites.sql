{#- The sites that have a camera, each once, with its time zone. -#}
{% macro located_sites() -%}
    select distinct
        site_id,
        timezone,
        has_whole_hours
    from {{ ref('int_cameras_located') }}
{%- endmacro %}
