-- Whoever can take the lock on a content knows that an entry which still says `loading` is dead.
with entries as materialized (
    select
        load_id,
        sha256
    from raw.loads
    where status = 'loading'
),

dead as materialized (
    select load_id
    from entries
    where pg_try_advisory_xact_lock(('x' || left(sha256, 16))::bit(64)::bigint)
)

update raw.loads
set
    status = 'failed',
    reason_code = case
        when started_at < pg_postmaster_start_time() then 'interrupted' else 'worker_died'
    end,
    reason = case
        when started_at < pg_postmaster_start_time()
            then 'The database was started again while this file was loaded.'
        else 'The process that loaded this file ended before it was done.'
    end,
    rows_read = 0,
    rows_loaded = 0,
    rows_rejected = 0,
    finished_at = clock_timestamp()
where
    load_id in (select load_id from dead)
    -- Asked again of an entry that changes meanwhile: its load may have ended just before.
    and status = 'loading'
