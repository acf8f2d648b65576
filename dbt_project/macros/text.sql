{% macro null_if_blank(column) -%}
    nullif(trim({{ column }}), '')
{%- endmacro %}


{#- Camera systems spell "we do not know" in many ways; all of them are null here. -#}
{% macro null_if_unknown(column) -%}
    case
        when lower(trim({{ column }})) not in (
            '', 'unknown', 'not_determined', 'inconclusive', 'n/a', 'none', 'null'
        ) then trim({{ column }})
    end
{%- endmacro %}


{#- Byte order, whatever collation the database has. The result has the database's again: a column
    of another one cannot be looked up in the index of a table that is keyed by it. -#}
{% macro smallest_text(column) -%}
    min({{ column }} collate "C") collate "default"
{%- endmacro %}


{#- The value that most rows have; of several that as many have, the first in byte order. -#}
{% macro most_frequent_text(column) -%}
    (mode() within group (order by {{ column }} collate "C")) collate "default"
{%- endmacro %}


{#- What several rows that tell of one event come to, whatever their order. -#}
{% macro merged_attributes() -%}
    min(load_id) as load_id,
    {%- for column in event_attributes() %}
    {{ smallest_text(column) }} as {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}


{#- The same of two rows; either of them may be all null. -#}
{% macro merged_attributes_of(one, other) -%}
    least({{ one }}.load_id, {{ other }}.load_id) as load_id,
    {%- for column in event_attributes() %}
    least({{ one }}.{{ column }} collate "C", {{ other }}.{{ column }}) collate "default"
        as {{ column }}{{ ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}


{% macro event_attributes() -%}
    {{ return(('age_group', 'gender', 'camera_name', 'zone', 'site_id')) }}
{%- endmacro %}
