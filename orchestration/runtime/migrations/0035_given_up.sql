-- The file of an error that is its own has a place as well: in quarantine, once it was given up.
drop index raw.loads_not_stored;
create index loads_not_stored on raw.loads (load_id)
where
    stored_as is null
    and (
        status in ('loaded', 'duplicate', 'rejected')
        or (status = 'failed' and reason_code = 'load_error')
    );
