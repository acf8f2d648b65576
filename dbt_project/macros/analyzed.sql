{#- A new table has no statistics, and without them the next model's joins take the wrong side. -#}
{% macro analyzed() -%}
    {%- if model.config.materialized != 'view' -%}
        analyze {{ this }}
    {%- endif -%}
{%- endmacro %}
