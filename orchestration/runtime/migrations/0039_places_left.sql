comment on column raw.loads.stored_as is
'Where the file lies now, below archive/ or quarantine/; null until it has been moved. '
'Its bare name while it lies in landing again, to be replayed. '
'Empty once the file of another load lies there, for somebody has taken it away before.';

create or replace view marts.ledger as
select
    load_id,
    file_name,
    sha256,
    bytes,
    source,
    status,
    percent,
    bytes_read,
    rows_read,
    rows_loaded,
    rows_rejected,
    rows_per_second,
    reason_code,
    reason,
    started_at,
    finished_at,
    run_id,
    validation,
    nullif(stored_as, '') as stored_as
from raw.loads;

comment on column marts.ledger.stored_as is
'Where the file lies now, relative to the landing folder; null until it is moved, and once '
'another file lies there.';
