-- A build replaces rows table by table; whoever needs the version before it whole finds it there.

alter table marts.data_versions add column kept_snapshot text;

comment on column marts.data_versions.kept_snapshot is
'Snapshot to import for this version as a whole while the next is built; null until that begins.';
