-- Whole hours of a range are stored; its ends are counted from the events.
matching as (
    select
        person_id,
        camera_id,
        site_id,
        event_at
    from marts.fct_events
    where {event_conditions}
),

-- "offset 0" keeps the costly zone conversions from being done twice, for min and for max.
dated as (
    select
        matching.person_id,
        matching.camera_id,
        matching.site_id,
        {local_day} as local_day
    from matching
    inner join marts.dim_sites as sites on matching.site_id = sites.site_id
    offset 0
),

seen as (
    select
        person_id,
        camera_id,
        site_id,
        local_date as local_day,
        events
    from marts.agg_person_hourly
    where events > 0 and {hour_conditions}
    union all
    select
        person_id,
        camera_id,
        site_id,
        local_day,
        1 as events
    from dated
)
