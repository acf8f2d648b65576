{#- How the rows of a mart lie on disk: its configs `storage_parameters` and `stored_externally`, a
    list of columns, go behind the columns, for dbt-postgres has no other place before the rows
    come. Postgres 15 knows a column's storage in `alter table` only. -#}
{% macro postgres__get_table_columns_and_constraints() -%}
    {{ default__get_table_columns_and_constraints() }}
    {%- set parameters = config.get('storage_parameters') -%}
    {%- if parameters %} with ({{ parameters }}){% endif -%}
    {%- for column in config.get('stored_externally', []) -%}
    ;
    alter table {{ this }} alter column {{ column }} set storage external
    {%- endfor -%}
{%- endmacro %}
