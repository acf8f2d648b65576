comment on column raw.loads.stored_as is
'Where the file lies now, below archive/ or quarantine/; null until it has been moved. '
'Its bare name while it lies in landing again, to be replayed.';

-- A file that moves takes its place in all entries with it.
create index loads_by_place on raw.loads (stored_as);
