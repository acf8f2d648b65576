revoke create on schema public from public;

grant usage on schema raw to {loader}, {transformer};
grant select, insert, update on raw.loads to {loader};
grant select, insert on raw.camera_events, raw.rejected_rows to {loader};
-- By name: months come and go meanwhile, and are read through their table.
grant select on
raw.loads, raw.camera_events, raw.months, raw.packed_events, raw.kept_events, raw.rejected_rows
to {transformer};
grant select on raw.months to {loader};
grant execute on function raw.make_month(date) to {loader};
grant execute on function raw.let_go_of_month(date), raw.drop_empty_months(date) to {transformer};

grant usage on schema marts to {loader}, {reader};
grant select, insert on marts.data_versions to {transformer};
grant select, insert, update, delete on marts.quality_tests to {transformer};
grant select, insert, update on intermediate.build_attempts to {transformer};
grant select on marts.data_versions to {loader};
grant select on all tables in schema marts to {reader};
alter default privileges for role {transformer} in schema marts grant select on tables to {reader};

-- The API looks keys up and adds to the record of requests; it can neither make keys nor rewrite.
grant usage on schema access to {gatekeeper}, {keymaster};
grant select on access.api_keys to {gatekeeper};
grant insert on access.requests to {gatekeeper};
grant select, insert on access.uploads to {gatekeeper};
grant select, insert, update (revoked_at) on access.api_keys to {keymaster};
grant select on access.requests, access.uploads to {keymaster};

-- Dagster's history may lose its last moment when the machine stops; the ledger may not.
alter role {dagster} set synchronous_commit = off;
alter role {reader} set default_transaction_read_only = on;
alter role {transformer} set search_path = marts;
