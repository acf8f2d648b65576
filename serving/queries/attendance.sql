-- Of a site's edges a row takes the two of its bucket along: all of them in each row would be
-- hundreds of megabytes.
edges as (
    select
        site_id,
        array_agg(edge order by edge) as edges
    from unnest({site_ids}::text[], {edges}::timestamptz[]) as given (site_id, edge)
    group by site_id
),

events as (
    select
        {group} as group_id,
        person_id,
        edges[width_bucket(event_at, edges)] as bucket_start,
        edges[width_bucket(event_at, edges) + 1] as bucket_end
    from marts.fct_events
    inner join edges using (site_id)
    where {event_conditions}
),

-- No session is longer than the longest, so that none further back can reach into the first bucket.
stays as (
    select
        {group} as group_id,
        edges,
        person_id,
        entry_at,
        exit_at
    from marts.fct_sessions
    inner join edges using (site_id)
    where
        session_status = 'closed'
        and entry_at < edges[cardinality(edges)]
        and exit_at > edges[1]
        and entry_at >= {first}::timestamptz - (
            select coalesce(max(max_dwell_seconds), 0) * interval '1 second'
            from marts.agg_camera_daily
        )
        and {session_conditions}
),

parts as (
    select
        stays.group_id,
        stays.person_id,
        stays.edges[number] as bucket_start,
        stays.edges[number + 1] as bucket_end,
        tstzrange(
            greatest(stays.entry_at, stays.edges[number]),
            least(stays.exit_at, stays.edges[number + 1])
        ) as part
    from stays
    cross join lateral generate_series(
        greatest(width_bucket(stays.entry_at, stays.edges), 1),
        least(
            width_bucket(stays.exit_at - interval '1 microsecond', stays.edges),
            cardinality(stays.edges) - 1
        )
    ) as number
),

attendance as (
    select group_id, bucket_start, bucket_end, person_id from events
    union
    select group_id, bucket_start, bucket_end, person_id from parts
)
