with hours as (
    select distinct
        timezone,
        hour_start
    from {{ ref('int_activities_bucketed') }}
),

dated as (
    select
        timezone,
        hour_start,
        (hour_start at time zone timezone)::date as local_date
    from hours
),

mapped as (
    select
        timezone,
        hour_start,
        {{ hour_end('hour_start', 'timezone') }} as hour_end,
        {{ day_start('local_date', 'timezone') }} as day_start,
        {{ day_start('local_date + 1', 'timezone') }} as day_end,
        {{ day_start(monday('local_date'), 'timezone') }} as week_start,
        {{ day_start(monday('local_date') ~ ' + 7', 'timezone') }} as week_end
    from dated
)

select * from mapped
