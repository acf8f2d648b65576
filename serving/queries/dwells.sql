chosen as (
    select * from marts.fct_sessions
    where session_status = 'closed' and {conditions}
),

grouped as (
    select
        {groups},
        chosen.person_id as who,
        chosen.dwell_seconds
    from chosen
    {joins}
)
