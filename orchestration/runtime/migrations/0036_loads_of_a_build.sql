-- A partial build adds the loads that it was decided by, and none that came a moment later.

alter table intermediate.build_attempts
add column load_ids bigint[] not null default '{}';

comment on column intermediate.build_attempts.load_ids is
'The loads that a partial build adds; a build of all marts takes all that there are.';
