-- Whether a partial build has begun to add loads to the marts that no version holds yet.
select exists (
    select
    from intermediate.build_attempts
    cross join lateral unnest(build_attempts.load_ids) as attempted (load_id)
    where
        not exists (
            select
            from marts.data_versions
            where data_versions.load_ids @> array[attempted.load_id]
        )
)
