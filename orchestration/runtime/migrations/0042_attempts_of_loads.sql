-- A build of all marts that does not end leaves them as they are, so that it need not be remembered.

alter table intermediate.build_attempts drop column models;

comment on table intermediate.build_attempts is
'The last build that added loads to the marts, finished or not.';
comment on column intermediate.build_attempts.load_ids is
'The loads that it adds: until a version holds them, some tables may have their rows.';
