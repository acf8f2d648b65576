with events as (
    select * from {{ ref('int_events_deduplicated') }}
),

clock as (
    select max(event_at) as data_clock_at
    from events
    having count(*) > 0
)

select * from clock
