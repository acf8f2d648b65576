-- Whoever holds the lock on a content knows that an entry which still says `loading` is dead.
update raw.loads
set
    status = 'failed',
    reason_code = case
        when started_at < pg_postmaster_start_time() then 'interrupted' else 'worker_died'
    end,
    reason = case
        when started_at < pg_postmaster_start_time()
            then 'The database was started again while this file was loaded; it is tried again.'
        else
            'The process that loaded this file ended before it was done; the file is tried again.'
    end,
    rows_read = 0,
    rows_loaded = 0,
    rows_rejected = 0,
    finished_at = clock_timestamp()
where sha256 = %(sha256)s and status = 'loading'
