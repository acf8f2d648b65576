-- A file whose verdict was written but that was not moved is taken up again under its number.
with interrupted as (
    update raw.loads
    set
        status = 'loading',
        run_id = %(run_id)s,
        started_at = clock_timestamp(),
        finished_at = null,
        progress_at = null,
        bytes_read = 0,
        rows_read = 0,
        rows_loaded = 0,
        rows_rejected = 0,
        reason_code = null,
        reason = null,
        validation = null
    where load_id = (
        select max(load_id)
        from raw.loads
        where
            sha256 = %(sha256)s
            and file_name = %(name)s
            and stored_as is null
            and (status in ('rejected', 'duplicate') or reason_code = 'given_up')
    )
    returning load_id
),

new as (
    insert into raw.loads (file_name, sha256, bytes, source, status, run_id)
    select %(name)s, %(sha256)s, %(bytes)s, %(source)s, 'loading', %(run_id)s
    where not exists (select from interrupted)
    returning load_id
)

select load_id from interrupted
union all
select load_id from new
