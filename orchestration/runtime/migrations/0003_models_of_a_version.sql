-- With which models, seeds and variables a version was built: when they change, a build is due.

alter table marts.data_versions add column models text;

comment on column marts.data_versions.models is
'A fingerprint of the models, seeds and variables that built this version.';
