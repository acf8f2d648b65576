{#- The reason codes of rejected rows; a contract test holds them to the gate's. -#}
{% macro row_reasons() -%}
    {{ return([
        'missing_value', 'unparseable_timestamp', 'ambiguous_timestamp', 'timestamp_out_of_range',
        'nonexistent_local_time', 'unknown_event_type', 'field_count_mismatch',
        'invalid_characters', 'field_too_long',
    ]) }}
{%- endmacro %}
