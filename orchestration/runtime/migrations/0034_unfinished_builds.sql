-- A build of all marts that does not end leaves tables of two states.

comment on table intermediate.build_attempts is
'The models that the tables are made by, empty while all are made anew: a partial build adds to '
'tables of its own models only.';
