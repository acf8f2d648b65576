{#- Every entry is exactly one session: the same ids, and as many. -#}
{% test entries_are_sessions(model) %}
-- depends_on: {{ ref('int_pairs_touched') }}
{#- What stands on all that a test refers to waits for it; what counts hours has no visits. -#}
-- depends_on: {{ ref('fct_visits') }}
with entries as (
    select session_id from {{ judged_pairs(model, 'event_at') }} as events where is_entry
),

sessions as (
    select session_id from {{ judged_pairs(ref('fct_sessions'), 'entry_at') }} as sessions
),

sides as (
    select session_id, 1 as entry_or_session from entries
    union all
    select session_id, -1 as entry_or_session from sessions
),

differences as (
    select session_id
    from sides
    group by session_id
    having sum(entry_or_session) <> 0
)

select * from differences
{% endtest %}
