{#- What a raw row says of an event, wherever the row is kept, with every spelling of "unknown" made
    null. -#}
{% macro cleaned_event() -%}
    event_at,
    person_id,
    camera_id,
    event_type,
    {{ null_if_unknown('age_group') }} as age_group,
    {{ null_if_unknown('gender') }} as gender,
    {{ null_if_blank('camera_name') }} as camera_name,
    {{ null_if_blank('zone') }} as zone,
    {{ null_if_blank('site_id') }} as site_id
{%- endmacro %}
