{#- Every exit either closes exactly one session or is an orphan. -#}
{% test exits_are_closed_or_orphans(model) %}
-- depends_on: {{ ref('int_pairs_touched') }}
with exits as (
    select coalesce(session_id, event_id) as ended_id from {{ judged_pairs(model, 'event_at') }} as events where is_exit
),

ends as (
    select session_id as ended_id
    from {{ judged_pairs(ref('fct_sessions'), 'exit_at') }} as sessions
    where session_status = 'closed'
    union all
    select event_id as ended_id
    from {{ judged_pairs(ref('fct_orphan_exits'), 'exit_at') }} as orphan_exits
),

differences as (
    (select * from exits except all select * from ends)
    union all
    (select * from ends except all select * from exits)
)

select * from differences
{% endtest %}
