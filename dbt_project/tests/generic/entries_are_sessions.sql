{#- Every entry is exactly one session: the same ids, and as many. -#}
{% test entries_are_sessions(model) %}
with entries as (
    select session_id from {{ model }} where is_entry
),

sessions as (
    select session_id from {{ ref('fct_sessions') }}
),

differences as (
    (select * from entries except all select * from sessions)
    union all
    (select * from sessions except all select * from entries)
)

select * from differences
{% endtest %}
