{{ config(unlogged=true) }}

with events as (
    select event_at from {{ ref('int_events_deduplicated') }}
),

arrived as (
    select event_at from {{ ref('int_events_arrived') }}
),

published as (
    select max(data_clock_at) as data_clock_at from marts.data_versions
),

clock as (
    select
        greatest(
            published.data_clock_at,
            (select max(event_at) from {{ 'arrived' if is_partial() else 'events' }})
        ) as data_clock_at,
        published.data_clock_at as published_clock_at
    from published
)

select * from clock
where data_clock_at is not null
