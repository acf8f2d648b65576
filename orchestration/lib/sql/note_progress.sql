update raw.loads
set
    rows_read = %(rows_read)s,
    rows_loaded = %(rows_loaded)s,
    rows_rejected = %(rows_rejected)s,
    bytes_read = %(bytes_read)s,
    progress_at = clock_timestamp()
where
    load_id = %(load_id)s
    and status = 'loading'
