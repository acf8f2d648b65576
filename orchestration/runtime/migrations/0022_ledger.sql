-- The ledger as the API shows it: with progress, and there before the marts are first built.

drop view marts.load_progress;

create view marts.ledger as
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
    stored_as
from raw.loads;
