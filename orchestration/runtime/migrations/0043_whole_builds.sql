-- A build that adds loads is one transaction: there is nothing else to be seen while it goes on.

alter table marts.data_versions drop column kept_snapshot;

comment on table intermediate.build_attempts is
'The last build that added loads to the marts.';
comment on column intermediate.build_attempts.load_ids is
'The loads that it added: those by which it was decided, and none that came a moment later.';
