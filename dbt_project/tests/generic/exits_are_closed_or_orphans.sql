{#- Every exit either closes exactly one session or is an orphan. -#}
{% test exits_are_closed_or_orphans(model) %}
-- depends_on: {{ ref('int_pairs_touched') }}
{#- What stands on all that a test refers to waits for it; what counts hours has no visits. -#}
-- depends_on: {{ ref('fct_visits') }}
with exits as (
    select coalesce(session_id, event_id) as ended_id from {{ judged_pairs(model, 'event_at') }} as events where is_exit
),

ends as (
    select session_id as ended_id
    from {{ judged_exits(ref('fct_sessions')) }} as sessions
    where session_status = 'closed'
    union all
    select event_id as ended_id
    from {{ judged_pairs(ref('fct_orphan_exits'), 'exit_at') }} as orphan_exits
),

sides as (
    select ended_id, 1 as exit_or_end from exits
    union all
    select ended_id, -1 as exit_or_end from ends
),

differences as (
    select ended_id
    from sides
    group by ended_id
    having sum(exit_or_end) <> 0
)

select * from differences
{% endtest %}
