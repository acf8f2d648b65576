{#- Every entry is exactly one session: the same ids, and as many. -#}
{% test entries_are_sessions(model) %}
-- depends_on: {{ ref('int_pairs_touched') }}
with entries as (
    select session_id from {{ judged_pairs(model, 'event_at') }} as events where is_entry
),

sessions as (
    select session_id from {{ judged_pairs(ref('fct_sessions'), 'entry_at') }} as sessions
),

differences as (
    (select * from entries except all select * from sessions)
    union all
    (select * from sessions except all select * from entries)
)

select * from differences
{% endtest %}
