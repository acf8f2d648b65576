-- What is no model of dbt is described here: in these words /v1/marts tells of it and its grain.

comment on table marts.data_versions is
'One row each time that the marts became consistent; the last is what readers see. Grain: version.';
comment on column marts.data_versions.version is
'Number of the version; each is higher than the last.';
comment on column marts.data_versions.published_at is 'Instant at which readers saw it first.';
comment on column marts.data_versions.run_id is 'The run in Dagster that built it.';

comment on view marts.ledger is
'The ledger of files, live, as /v1/loads shows it; there before anything is built. Grain: load_id.';
comment on column marts.ledger.load_id is 'The load.';
comment on column marts.ledger.file_name is 'The file''s name in the landing folder.';
comment on column marts.ledger.sha256 is 'Hash of the file''s content.';
comment on column marts.ledger.bytes is 'Size of the file in bytes.';
comment on column marts.ledger.source is 'The source profile that read the file.';
comment on column marts.ledger.status is 'loading, loaded, duplicate, rejected or failed.';
comment on column marts.ledger.percent is 'bytes_read over bytes, in percent; 100 at the end.';
comment on column marts.ledger.bytes_read is 'Bytes read so far.';
comment on column marts.ledger.rows_read is 'Rows read so far, good and bad.';
comment on column marts.ledger.rows_loaded is 'Rows that became raw events.';
comment on column marts.ledger.rows_rejected is 'Rows that failed validation.';
comment on column marts.ledger.rows_per_second is 'Rows read a second so far; null before any.';
comment on column marts.ledger.reason_code is
'Why the file was rejected or failed, as a code; null for any other.';
comment on column marts.ledger.reason is
'The same as a sentence; of a duplicate, which loaded file has its content; null for any other.';
comment on column marts.ledger.started_at is 'Instant at which the load began.';
comment on column marts.ledger.finished_at is 'Instant at which it ended, null while it runs.';
comment on column marts.ledger.run_id is 'The run in Dagster that loaded it.';
comment on column marts.ledger.validation is
'What the gate found, as JSON: rows judged and failed by check, and rejected rows by reason.';
comment on column marts.ledger.stored_as is
'Where the file lies now, relative to the landing folder; null until it is moved.';
