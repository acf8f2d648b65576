{#-
    How every table of the warehouse is kept; docs/incremental.md says why this is right.

    A full build makes each table anew, in a schema of its own. A partial build replaces the rows of
    the keys that the pending loads touch. The pipeline runs it in one transaction: a reader sees all
    tables before it or after it, and waits for nothing.

    config `touched`: which rows are replaced; without it, all of them.
      by           the model that lists the touched keys
      keys         columns that are equal in both
      at           the table's instant that lies in [touched_from, touched_until); optional
      from, until  other names of those two columns
    config `reads_itself`: the model's SQL reads the rows that it replaces, as `replaced(this)`. It
    needs `touched`, without `at`: the rows are those of equal keys.
-#}
{% materialization recomputed, default %}
    {%- set target = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {%- if not is_partial() %}
        {%- do build_anew(target, load_cached_relation(this), sql) -%}
    {%- else %}
        {%- call statement('main') -%}{{ replaced_rows(target, sql) }}{%- endcall -%}
        {%- if not config.get('touched') or load_result('main').response.rows_affected > few_rows() -%}
            {%- call statement('analyze') -%}{{ analyzed_in_time(target) }}{%- endcall -%}
        {%- endif -%}
        {%- do adapter.commit() -%}
    {%- endif %}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [target]}) }}
{% endmaterialization %}


{% macro is_partial() -%}
    {{ return(execute and not flags.FULL_REFRESH) }}
{%- endmacro %}


{#- The same as a condition, for a model whose refs dbt must see in either case, as it parses. -#}
{% macro is_partial_as_sql() -%}
    {{ 'true' if is_partial() else 'false' }}
{%- endmacro %}


{#- The end of a model that is asked for ranges of time: after a full build, the rows of a range lie
    together on disk. What a partial build adds is of one time by itself. -#}
{% macro laid_out_by(instant) -%}
    {%- if not is_partial() %}order by {{ instant }}{% endif -%}
{%- endmacro %}


{#- A table as the last build left it, or this one already. No ref(): a model and the past that it
    looks at would be a circle. For partial builds only; before the first there is no past. -#}
{% macro left_by_last_build(table) -%}
    marts.{{ table }}
{%- endmacro %}


{% macro replaced_rows(target, sql) -%}
    {%- set touched = config.get('touched') -%}
    {%- set is_mart = config.get('contract').enforced -%}
    {%- if config.get('reads_itself') %}
    create temporary table {{ replaced(target) }} on commit drop as
    {%- set keys = touched['keys'] | join(', ') %}
    select found.*
    from (select distinct {{ keys }} from {{ ref(touched.by) }} order by {{ keys }}) as touched
    cross join lateral {{ looked_up(
        target, touched['keys'], none, columns='known.ctid as row_id, known.*'
    ) }} as found;
    {%- endif %}
    {%- if touched %}
    {{ deleted_rows(target, touched) }};
    {%- elif is_mart %}
    delete from {{ target }};
    {%- else %}
    truncate {{ target }};
    {%- endif %}
    {%- if is_mart %}
    insert into {{ target }} ({{ adapter.dispatch('get_column_names', 'dbt')() }})
    {{ get_select_subquery(sql) }}
    {%- else %}
    insert into {{ target }} {{ sql }}
    {%- endif %}
{%- endmacro %}


{#- A copy of the rows that a partial build replaces, for a model that `reads_itself`, looked up in
    the order of their index, so that neighbours find its pages at hand. -#}
{% macro replaced(target) -%}
    {{ target.identifier }}__replaced
{%- endmacro %}


{% macro deleted_rows(target, touched) -%}
    delete from {{ target }}
    where ctid = any(array(
        {%- if config.get('reads_itself') %}
        select row_id from {{ replaced(target) }}
        {%- elif touched.by == 'int_pairs_touched' %}
        select pairs.ctid from {{ touched_pairs(target, touched.at) }} as pairs
        {%- else %}
        select found.ctid
        from {{ ref(touched.by) }} as touched
        cross join lateral {{ looked_up(
            target, touched['keys'], touched.at, touched.get('from', 'touched_from'),
            touched.get('until', 'touched_until'), 'ctid'
        ) }} as found
        {%- endif %}
    ))
{%- endmacro %}


{#- So few in a table that is added to change no plan. -#}
{% macro few_rows() -%}
    {{ return(1000) }}
{%- endmacro %}


{#- What later models of the same build need to know: how many rows there are, and roughly how many
    of a key; a fifth of the usual sample tells. A table that is much as it was is analyzed after the
    publication (`table_statistics.py`), so that readers need not wait for it. -#}
{% macro analyzed_in_time(target) -%}
    do $$
    declare
        target constant oid := '{{ target.schema }}.{{ target.identifier }}'::regclass;
    begin
        {% if config.get('touched') -%}
        if
            pg_stat_get_xact_tuples_inserted(target)
            <= {{ few_rows() }} + pg_stat_get_live_tuples(target)
        then
            return;
        end if;
        {% endif -%}
        set local default_statistics_target = 20;
        analyze {{ target }};
    end $$
{%- endmacro %}


{% macro build_anew(target, existing, sql) -%}
    {%- if existing is not none %}
        {%- do adapter.drop_relation(existing) -%}
    {%- endif %}
    {%- call statement('main') -%}{{ get_create_table_as_sql(False, target, sql) }}{%- endcall -%}
    {%- do create_indexes(target) -%}
    {%- call statement('analyze') -%}analyze {{ target }}{%- endcall -%}
    {%- do persist_docs(target, model) -%}
    {%- do adapter.commit() -%}
{%- endmacro %}
