with presences as (
    select * from {{ ref('int_presences_split') }}
    where present_from < present_until
),

steps as (
    select
        camera_id,
        hour_start,
        present_from as stepped_at,
        1 as step
    from presences
    union all
    select
        camera_id,
        hour_start,
        present_until as stepped_at,
        -1 as step
    from presences
),

-- Who leaves at an instant is gone before anyone comes at it: half-open sessions.
walked as (
    select
        camera_id,
        hour_start,
        sum(step) over in_time as persons_present,
        lead(stepped_at) over in_time - stepped_at as lasting
    from steps
    window in_time as (
        partition by camera_id, hour_start order by stepped_at, step
        rows between unbounded preceding and current row
    )
),

swept as (
    select
        camera_id,
        hour_start,
        max(persons_present) as peak_occupancy,
        sum(lasting) filter (where persons_present > 0) as occupied
    from walked
    group by camera_id, hour_start
)

select * from swept
