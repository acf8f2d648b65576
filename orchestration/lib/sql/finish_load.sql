-- What has committed stays loaded, whatever ends the process right after.
update raw.loads
set
    status = %(status)s,
    rows_read = %(rows_read)s,
    rows_loaded = %(rows_loaded)s,
    rows_rejected = %(rows_rejected)s,
    validation = %(validation)s,
    reason_code = %(reason_code)s,
    reason = %(reason)s,
    bytes_read = case when %(status)s = 'loaded' then bytes else bytes_read end,
    finished_at = clock_timestamp()
where load_id = %(load_id)s and status <> 'loaded'
