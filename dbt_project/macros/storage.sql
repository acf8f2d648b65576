{#- How the rows of a mart lie on disk: its config `storage_parameters` goes behind the columns, for
    dbt-postgres has no other place for it. -#}
{% macro postgres__get_table_columns_and_constraints() -%}
    {{ default__get_table_columns_and_constraints() }}
    {%- set parameters = config.get('storage_parameters') -%}
    {%- if parameters %} with ({{ parameters }}){% endif -%}
{%- endmacro %}
