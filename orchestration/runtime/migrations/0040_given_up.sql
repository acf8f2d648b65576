-- A file that was given up has a verdict like others; failures of single attempts have none.
drop index raw.loads_not_stored;
create index loads_not_stored on raw.loads (load_id)
where
    stored_as is null
    and (status in ('loaded', 'duplicate', 'rejected') or reason_code = 'given_up');
