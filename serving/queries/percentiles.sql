-- Percentiles of many arrays at once, exact, and without a sort of all that is in them. What an
-- array has in the place of the percentile is near it: of these values some are taken as bounds, and
-- as the outermost what stands beside them. How much lies up to a bound a binary search tells, array
-- by array; the percentile is between two neighbours, and only what lies there is put in order.
-- Arrays are read where they are, three times: to sort, hash or keep them would copy them all, so
-- groups are made of what was taken from them.
placed as (
    select
        {names},
        taken.*
    from arranged
    cross join lateral (
        select
            fraction,
            size,
            dwells_seconds[place - 1] as shorter,
            dwells_seconds[place] as dwell_seconds,
            dwells_seconds[place + 1] as longer
        from unnest({fractions}::double precision[]) as fraction
        cross join lateral (select cardinality(dwells_seconds) as size) as counted
        cross join lateral (select ceil(fraction * size)::integer as place) as found
        offset 0
    ) as taken
),

-- `place` counts from 0, and lies between two values where it is not whole.
bounded as materialized (
    select
        {names},
        fraction,
        size,
        fraction * (size - 1) as place,
        bounds
    from (
        select
            {names},
            fraction,
            sum(size) as size,
            min(shorter) as shortest,
            array_agg(dwell_seconds) as dwells_seconds,
            max(longer) as longest
        from placed
        group by {names}, fraction
    ) as grouped
    cross join lateral (
        select
            shortest
            || percentile_disc(array[0.2, 0.35, 0.45, 0.5, 0.55, 0.65, 0.8])
                within group (order by dwell_seconds)
            || longest as bounds
        from unnest(dwells_seconds) as dwell_seconds
    ) as ordered
),

counted as (
    select
        {names},
        fraction,
        array[
            sum(width_bucket(bounds[1], dwells_seconds)),
            sum(width_bucket(bounds[2], dwells_seconds)),
            sum(width_bucket(bounds[3], dwells_seconds)),
            sum(width_bucket(bounds[4], dwells_seconds)),
            sum(width_bucket(bounds[5], dwells_seconds)),
            sum(width_bucket(bounds[6], dwells_seconds)),
            sum(width_bucket(bounds[7], dwells_seconds)),
            sum(width_bucket(bounds[8], dwells_seconds)),
            sum(width_bucket(bounds[9], dwells_seconds))
        ] as counts
    from bounded
    inner join arranged using ({names})
    group by {names}, fraction
),

-- Above `low` and up to `high` lie both values that the percentile is between.
bracketed as materialized (
    select
        {names},
        fraction,
        place - coalesce(below, 0) as place,
        coalesce(low, '-infinity') as low,
        coalesce(high, 'infinity') as high
    from bounded
    inner join counted using ({names}, fraction)
    cross join lateral (
        select
            max(bound) filter (where up_to <= floor(place)) as low,
            max(up_to) filter (where up_to <= floor(place)) as below,
            min(bound) filter (where up_to >= least(size, floor(place) + 2)) as high
        from unnest(bounds, counts) as near (bound, up_to)
    ) as neighbours
),

found as (
    select
        {names},
        fraction,
        min(place) as place,
        array_agg(dwell_seconds) as dwells_seconds
    from bracketed
    inner join arranged using ({names})
    cross join
        unnest(
            dwells_seconds[
                width_bucket(low, dwells_seconds) + 1:width_bucket(high, dwells_seconds)
            ]
        ) as dwell_seconds
    group by {names}, fraction
),

percentiles as (
    select
        {names},
        fraction,
        lower_seconds + (place - floor(place)) * (upper_seconds - lower_seconds) as dwell_seconds
    from found
    cross join lateral (
        select
            min(dwell_seconds) as lower_seconds,
            max(dwell_seconds) as upper_seconds
        from (
            select dwell_seconds
            from unnest(dwells_seconds) as dwell_seconds
            order by dwell_seconds
            offset floor(place)
            limit ceil(place) - floor(place) + 1
        ) as neighbours
    ) as around
)
