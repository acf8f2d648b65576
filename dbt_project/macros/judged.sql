{#-
    What a test looks at: the whole model, or in a partial build the rows that the build has replaced,
    so that a test costs what the build costs.
-#}
{% macro judged(model, touched, keys, at) -%}
    {%- if var('judge_touched_only') -%}
    (
        select judged.*
        from {{ touched }} as touched
        cross join lateral {{ looked_up(model, keys, at) }} as judged
    )
    {%- else -%}
    {{ model }}
    {%- endif -%}
{%- endmacro %}


{% macro judged_pairs(model, at) -%}
    {{ touched_pairs(model, at) if var('judge_touched_only') else model }}
{%- endmacro %}


{#- Sessions by their exits: the entry that an exit closes lies in what the pairing has read. -#}
{% macro judged_exits(sessions) -%}
    {{ touched_pairs(sessions, 'exit_at', 'entry_at', 'read_from')
        if var('judge_touched_only') else sessions }}
{%- endmacro %}


{% macro judged_weeks(model) -%}
    {%- set weeks = '(' ~ weeks_of(ref('int_site_days_touched')) ~ ')' -%}
    {{ judged(model, weeks, ['site_id'], 'bucket_start') }}
{%- endmacro %}
