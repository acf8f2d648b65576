{#-
    What a test looks at: the whole model, or in a partial build the rows that the build has replaced,
    so that a test costs what the build costs.

    sought, from   another instant to look the rows up by, and where that begins, if no index has `at`
-#}
{% macro judged(model, touched, keys, at, sought=none, from='touched_from') -%}
    {%- if var('judge_touched_only') -%}
    (
        select judged.*
        from {{ touched }} as touched
        cross join lateral {{ looked_up(model, keys, sought or at, from) }} as judged
        {%- if sought %}
        where judged.{{ at }} >= touched.touched_from and judged.{{ at }} < touched.touched_until
        {%- endif %}
    )
    {%- else -%}
    {{ model }}
    {%- endif -%}
{%- endmacro %}


{% macro judged_pairs(model, at) -%}
    {{ judged(model, ref('int_pairs_touched'), ['person_id', 'camera_id'], at) }}
{%- endmacro %}


{#- Sessions by their exits: the entry that an exit closes lies in what the pairing has read. -#}
{% macro judged_exits(sessions) -%}
    {%- set touched = ref('int_pairs_touched') -%}
    {{ judged(sessions, touched, ['person_id', 'camera_id'], 'exit_at', 'entry_at', 'read_from') }}
{%- endmacro %}


{% macro judged_weeks(model) -%}
    {%- set weeks = '(' ~ weeks_of(ref('int_site_days_touched')) ~ ')' -%}
    {{ judged(model, weeks, ['site_id'], 'bucket_start') }}
{%- endmacro %}
